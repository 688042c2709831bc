import type { Transaction } from '../database/client.ts';
import { dropRepeated, markSeen, writeSweepPages, type SweepPage } from '../projections/coins/sweep.ts';
import { addSnapshotCounts, writeCoins, writeLinks, writeSourceCoins } from '../projections/coins/write.ts';
import { writeQuotes } from '../projections/quotes/write.ts';
import { createStaging, writeStaged } from '../projections/records/staged.ts';
import { countNewRows, countOutcomes, writeSnapshots } from '../projections/snapshots/write.ts';
import { addSourceCounts } from '../projections/sources/write.ts';
import { keyOf, noOutcomes, type Outcomes, type OutcomesByEvent } from './outcomes.ts';

type PerEvent<T> = (T & { stream: string; version: number })[];

/** The rows' own statements, in the only order that counts right: outcomes and new rows before what they compare with. */
export async function writeRecords(
  tx: Transaction,
  rows: string[],
  sweep: readonly SweepPage[],
): Promise<OutcomesByEvent> {
  const outcomes = new Map<string, Outcomes>();
  if (rows.length === 0) return outcomes;
  await tx.unsafe(createStaging);
  await tx.unsafe(writeStaged, [`[${rows.join(',')}]`]);
  const repeated = sweep.length === 0 ? [] : await dropRepeatedCoins(tx, sweep);
  for (const row of await tx.unsafe<PerEvent<Outcomes>>(countOutcomes))
    outcomes.set(keyOf(row.stream, row.version), row);
  for (const row of repeated) {
    const known = outcomes.get(keyOf(row.stream, row.version)) ?? noOutcomes;
    outcomes.set(keyOf(row.stream, row.version), {
      ...known,
      duplicates: known.duplicates + row.repeated,
    });
  }
  const steps = [
    countNewRows,
    addSourceCounts,
    writeSnapshots,
    writeQuotes,
    writeSourceCoins,
    addSnapshotCounts,
    ...(sweep.some(({ more }) => more) ? [markSeen] : []),
    writeLinks,
    writeCoins,
  ];
  for (const step of steps) await tx.unsafe(step);
  return outcomes;
}

async function dropRepeatedCoins(
  tx: Transaction,
  sweep: readonly SweepPage[],
): Promise<PerEvent<{ repeated: number }>> {
  await tx.unsafe(writeSweepPages, [JSON.stringify(sweep)]);
  return tx.unsafe<PerEvent<{ repeated: number }>>(dropRepeated);
}
