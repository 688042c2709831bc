import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readHeader, readHeads } from '../log/read.ts';
import { createIdentityMemory } from './identity-memory.ts';
import { madeByOf, readDecisions } from './decisions.ts';
import { asOnlyRebuild } from './only-rebuild.ts';
import type { RebuildRecord } from './rebuild-record.ts';
import { foldAll, type Beside, type RebuildDeps } from './rebuild.ts';
import { createReadModelBeside, dropReadModel } from './schema.ts';

/** The last event of a stream that was recorded up to a time; 0 when there is none. Times never go back in a stream. */
async function lastUntil(
  sql: Sql,
  archive: Archive,
  [stream, head]: [string, number],
  until: Date,
): Promise<number> {
  let [known, beyond] = [0, head + 1];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    const event = await readHeader(sql, stream, middle, archive);
    if (event !== null && event.recordedAt <= until) known = middle;
    else beyond = middle;
  }
  return known;
}

export interface RebuiltUntil {
  schema: string;
  events: number;
  snapshots: number;
  durationMs: number;
}

/** `read_until_20261117t140300z`. */
const schemaOf = (until: Date): string =>
  `read_until_${until.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()}z`;

/**
 * Folds what had been recorded up to a time into a schema of its own, beside the live read model, which nothing happens
 * to: what was known then, read by the folds and by what operators have decided since. One of the same time is replaced.
 */
export function rebuildUntil(deps: RebuildDeps, until: Date): Promise<RebuiltUntil> {
  return asOnlyRebuild(
    deps,
    'until',
    (record) => foldUntil(deps, until, record),
    () => ({ status: 'verified', differences: 0 }),
  );
}

async function foldUntil(deps: RebuildDeps, until: Date, record: RebuildRecord): Promise<RebuiltUntil> {
  const { sql, archive, now } = deps;
  const startedAt = performance.now();
  const schema = schemaOf(until);
  const upTo = new Map<string, number>();
  for (const head of await readHeads(sql)) {
    const version = await lastUntil(sql, archive, head, until);
    if (version > 0) upTo.set(head[0], version);
  }
  const decisions = await readDecisions(sql, deps.codeDigest);
  const madeBy = madeByOf(deps.codeDigest, decisions);
  await createReadModelBeside(sql, schema, madeBy, now());
  try {
    const identity = createIdentityMemory(deps);
    const beside: Beside = { schema, decisions, onDead: 'put aside', identity, isRead: true };
    const events = await foldAll(deps, beside, upTo, record);
    const [row] = await sql<
      { snapshots: number }[]
    >`select count(*) as snapshots from ${sql(schema)}.snapshot`;
    const durationMs = Math.round(performance.now() - startedAt);
    return { schema, events, snapshots: row?.snapshots ?? 0, durationMs };
  } catch (error) {
    await dropReadModel(sql, schema);
    throw error;
  }
}
