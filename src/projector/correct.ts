import type { Queryable, Sql, Transaction } from '../database/client.ts';
import { historyFrom } from '../control/history-decisions.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readHeader } from '../log/read.ts';
import { forgetCorrections } from '../projections/snapshots/expire.ts';
import {
  createNoted,
  dropNoted,
  keepCorrected,
  keepIntroduced,
  keepWithdrawn,
  noteStatements,
  redactCorrections,
} from '../projections/snapshots/corrections.ts';
import type { Checkpoints } from './batch.ts';
import type { Decisions } from './decisions.ts';
import { readCheckpoints, readModelState } from './schema.ts';
import type { ShownSwap } from './shown.ts';

export interface CorrectionDeps {
  sql: Sql;
  archive: Archive;
}

/** What a rebuild is about to change in what was shown. */
export interface Corrections {
  /** Looks at what both read models have by now: the most of the work, before the writer has to wait. */
  noteAhead(): Promise<void>;
  /** Looks at what came since, both sides standing at the same events, and keeps all of it as what the version changes. */
  keep(tx: Transaction, version: number): Promise<ShownSwap>;
}

/** The columns that readings have in both schemas. */
async function sharedColumns(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_name = 'snapshot' and table_schema in ('read', 'read_next')
    group by column_name having count(*) = 2 order by column_name`;
  return rows.map(({ name }) => name);
}

const asJson = (position: Checkpoints): string => JSON.stringify(Object.fromEntries(position));

// No source's time is before 2009.
const beforeAll = new Date('0001-01-01T00:00:00Z');

/** How far both have been folded. */
const commonOf = (a: Checkpoints, b: Checkpoints): Checkpoints =>
  new Map([...a].map(([stream, version]) => [stream, Math.min(version, b.get(stream) ?? 0)]));

/**
 * Notes what a swap changes, so that what was shown before stays known: the same records read by other folds, or after
 * what operators decided. The same folds make the same of them: there is nothing to compare then.
 */
export function createCorrections(
  { sql, archive }: CorrectionDeps,
  { foldDigest, redactions, expiries }: Decisions,
): Corrections {
  const redacted = [...redactions];
  const keptFrom = historyFrom(expiries) ?? beforeAll;
  let ahead: { upTo: Checkpoints; rest: string } | null = null;

  /** When the first event was recorded that is folded into the live read model and was not looked at; null: none is. */
  async function firstSince(tx: Transaction, upTo: Checkpoints): Promise<Date | null> {
    const times: Date[] = [];
    for (const [stream, version] of await readCheckpoints(tx, 'read')) {
      const seen = upTo.get(stream) ?? 0;
      const event = version > seen ? await readHeader(sql, stream, seen + 1, archive) : null;
      if (event) times.push(event.recordedAt);
    }
    return times.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
  }

  return {
    async noteAhead() {
      ahead = await sql.begin(async (tx) => {
        await tx`set local role coinlog_projector`;
        const live = await readModelState(tx, 'read');
        if (live === null || live.foldDigest === foldDigest) return null;
        const columns = await sharedColumns(tx);
        // An older coinlog did not keep readings.
        if (!columns.includes('since_version')) return null;
        const upTo = commonOf(await readCheckpoints(tx, 'read'), await readCheckpoints(tx, 'read_next'));
        const statements = noteStatements(columns);
        await tx.unsafe(createNoted);
        await tx.unsafe(statements.ahead, [redacted, asJson(upTo), keptFrom]);
        return { upTo, rest: statements.rest };
      });
    },
    async keep(tx, version) {
      await tx.unsafe(redactCorrections, [redacted]);
      await tx.unsafe(forgetCorrections, [keptFrom]);
      if (ahead === null) return { foldDigest, withdrawn: 0, introduced: 0 };
      const since = await firstSince(tx, ahead.upTo);
      if (since !== null) await tx.unsafe(ahead.rest, [redacted, asJson(ahead.upTo), keptFrom, since]);
      const withdrawn = await tx.unsafe(keepWithdrawn, [version]);
      await tx.unsafe(keepCorrected);
      const introduced = await tx.unsafe(keepIntroduced, [version]);
      await tx.unsafe(dropNoted);
      return { foldDigest, withdrawn: withdrawn.count, introduced: introduced.count };
    },
  };
}
