import type { Transaction } from '../database/client.ts';
import { dropRepeated, markSeen, writeSweepPages, type SweepPage } from '../projections/coins/sweep.ts';
import { noteAllCoins, noteStagedCoins } from '../projections/coins/consensus.ts';
import { addSnapshotCounts, countAllSnapshots, writeSourceCoins } from '../projections/coins/write.ts';
import { writeOwnLinks } from '../projections/identity/write.ts';
import { writeAllQuotes, writeQuotes } from '../projections/quotes/write.ts';
import { copyStaged, createStaging, insertStaged, stagedJson } from '../projections/records/staged.ts';
import { countMet, mergeMet } from '../projections/snapshots/met.ts';
import { countNew, takeNew } from '../projections/snapshots/write.ts';
import { addSourceCounts, countAllSources } from '../projections/sources/write.ts';
import { copyRows } from './copy-rows.ts';
import { writeCoins } from './write-coins.ts';
import { keyOf, noOutcomes, type Outcomes, type OutcomesByEvent } from './outcomes.ts';

type PerEvent<T> = (T & { stream: string; version: number })[];

/** What follows from the snapshots is written with every batch, or once all batches are. */
export type Summaries = 'with each batch' | 'at the end';

/** How rows get to the server. COPY takes a third of the time, but loses the reason when they are refused. */
export type Staging = 'copy' | 'insert';

export interface RecordWrite {
  sweep: readonly SweepPage[];
  summaries: Summaries;
  staging: Staging;
}

async function stage(tx: Transaction, lines: string, staging: Staging): Promise<void> {
  if (staging === 'copy') await copyRows(tx, copyStaged, lines);
  else await tx.unsafe(insertStaged, [stagedJson(lines)]);
}

/** Writes the rows themselves; true when there was nothing to compare any of them with. */
async function takeAllNew(tx: Transaction): Promise<boolean> {
  const [count] = await tx.unsafe<{ taken: number; staged: number }[]>(takeNew);
  return count?.taken === count?.staged;
}

/** The rows' own statements, in the only order that counts right: the sources' counts before what they compare with. */
export async function writeRecords(
  tx: Transaction,
  lines: string,
  { sweep, summaries, staging }: RecordWrite,
): Promise<OutcomesByEvent> {
  const outcomes = new Map<string, Outcomes>();
  if (lines === '') return outcomes;
  await stage(tx, lines, staging);
  const repeated = sweep.length === 0 ? [] : await dropRepeatedCoins(tx, sweep);
  const isNew = await takeAllNew(tx);
  for (const row of await tx.unsafe<PerEvent<Outcomes>>(isNew ? countNew : countMet))
    outcomes.set(keyOf(row.stream, row.version), row);
  for (const row of repeated) {
    const known = outcomes.get(keyOf(row.stream, row.version)) ?? noOutcomes;
    outcomes.set(keyOf(row.stream, row.version), {
      ...known,
      duplicates: known.duplicates + row.repeated,
    });
  }
  const summarised = summaries === 'with each batch';
  const steps = [
    ...(summarised ? [addSourceCounts] : []),
    ...(isNew ? [] : [mergeMet]),
    writeSourceCoins,
    ...(summarised ? [writeQuotes, addSnapshotCounts] : []),
    ...(sweep.some(({ more }) => more) ? [markSeen] : []),
    writeOwnLinks,
    ...(summarised ? [noteStagedCoins] : []),
  ];
  // In one message: none of their answers is needed.
  await tx.unsafe(steps.join(';\n'));
  return outcomes;
}

/** What batches without summaries left out, of everything that they wrote. */
export async function writeSummaries(tx: Transaction): Promise<void> {
  await tx.unsafe(
    [createStaging, writeAllQuotes, countAllSnapshots, countAllSources, noteAllCoins].join(';\n'),
  );
  await writeCoins(tx);
}

async function dropRepeatedCoins(
  tx: Transaction,
  sweep: readonly SweepPage[],
): Promise<PerEvent<{ repeated: number }>> {
  await tx.unsafe(writeSweepPages, [JSON.stringify(sweep)]);
  return tx.unsafe<PerEvent<{ repeated: number }>>(dropRepeated);
}
