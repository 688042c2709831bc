import type { Sql } from '../database/client.ts';
import type { Sweeps } from '../projections/coins/sweep.ts';
import type { FeedDrift } from '../projections/drift/fold.ts';
import { readSpans, spansOf, type Spans } from '../projections/snapshots/spans.ts';
import type { FeedDrifts, FoldedBefore } from './fold-event.ts';
import type { WriteTarget } from './write-batch.ts';

async function readDrifts(sql: Sql, schema: string, streams: readonly string[]): Promise<FeedDrifts> {
  const rows = await sql<{ stream: string; state: FeedDrift }[]>`
    select stream, state from ${sql(schema)}.feed_drift where stream = any(${streams})`;
  return new Map(rows.map(({ stream, state }) => [stream, state]));
}

async function readSweeps(sql: Sql, schema: string, streams: readonly string[]): Promise<Sweeps> {
  const sweeps: Sweeps = new Map();
  const rows = await sql<{ stream: string; runId: string; sourceCoinIds: string[] }[]>`
    select stream, run_id, source_coin_ids from ${sql(schema)}.swept_page where stream = any(${streams})`;
  for (const { stream, runId, sourceCoinIds } of rows) {
    const { seen } = sweeps.get(stream) ?? { seen: new Set<string>() };
    for (const id of sourceCoinIds) seen.add(id);
    sweeps.set(stream, { runId, seen });
  }
  return sweeps;
}

/** Of a whole read model: nothing to do for one that has just been made. */
async function readAllSpans(sql: Sql, schema: string): Promise<Spans> {
  return spansOf(await sql.unsafe(readSpans(schema)));
}

/** What a folder of some streams has to know of what is folded into a read model already. */
export async function readFoldedBefore(
  sql: Sql,
  { schema, decisions, gathered }: WriteTarget,
  streams: Iterable<string>,
): Promise<FoldedBefore> {
  const names = [...new Set(streams)];
  return {
    drifts: await readDrifts(sql, schema, names),
    sweeps: await readSweeps(sql, schema, names),
    // Only where a whole log is folded is it worth while to know all of them.
    spans: gathered === null ? null : await readAllSpans(sql, schema),
    decisions,
  };
}
