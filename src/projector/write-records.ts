import type { Transaction } from '../database/client.ts';
import { noteAllCoins, noteStagedCoins } from '../projections/coins/consensus.ts';
import { countAllSnapshots, writeSourceCoins } from '../projections/coins/write.ts';
import {
  describedCoins,
  writeDescribedCoins,
  writeDescribedLinks,
  type GatheredCoins,
} from '../projections/coins/gathered.ts';
import { writeOwnLinks } from '../projections/identity/write.ts';
import { writeAllQuotes, writeQuotes } from '../projections/quotes/write.ts';
import { copyJson, type CopyTarget } from '../projections/copy-target.ts';
import { createStaging, freshSnapshots, staging } from '../projections/records/staged.ts';
import { countMet, mergeMet } from '../projections/snapshots/met.ts';
import { countNew, takeNew } from '../projections/snapshots/write.ts';
import { addSourceCounts, countAllSources } from '../projections/sources/write.ts';
import { copyRows } from './copy-rows.ts';
import type { FoldedEvent } from './fold-event.ts';
import { writeCoins } from './write-coins.ts';
import { addOutcomes, keyOf, type Outcomes, type OutcomesByEvent } from './outcomes.ts';

type PerEvent<T> = (T & { stream: string; version: number })[];

/** How rows get to the server. COPY takes a third of the time, but loses the reason when they are refused. */
export type CopyWay = 'copy' | 'insert';

export interface RecordWrite {
  /** Who the coins are is gathered elsewhere, and what follows from the snapshots is written once all batches are. */
  isGathered: boolean;
  way: CopyWay;
}

async function copyInto(
  tx: Transaction,
  target: CopyTarget,
  lines: readonly Uint8Array[],
  way: CopyWay,
): Promise<void> {
  if (way === 'copy') await copyRows(tx, target.copy, lines);
  else await tx.unsafe(target.insert, [copyJson(Buffer.concat(lines).toString())]);
}

/** Writes the rows themselves; true when there was nothing to compare any of them with. */
async function takeAllNew(tx: Transaction): Promise<boolean> {
  const [count] = await tx.unsafe<{ taken: number; staged: number }[]>(takeNew);
  return count?.taken === count?.staged;
}

/** What becomes of records that the fold could tell alone. */
function foldedOutcomes(batch: readonly FoldedEvent[]): Map<string, Outcomes> {
  const outcomes = new Map<string, Outcomes>();
  for (const folded of batch) {
    if (folded.kind === 'dead' || folded.records === null) continue;
    const { freshRecords, repeated } = folded.records;
    if (freshRecords + repeated === 0) continue;
    const { stream, version } = folded.event;
    outcomes.set(keyOf(stream, version), { accepted: freshRecords, revised: 0, duplicates: repeated });
  }
  return outcomes;
}

/** Lines of all events of a batch that have some. */
const linesOf = (batch: readonly FoldedEvent[], of: 'staged' | 'fresh'): Uint8Array[] =>
  batch.flatMap((f) => (f.kind === 'folded' && f.records?.[of].length ? f.records[of] : []));

/** Writes the quotes of a batch and what follows from them; tells what became of the records of each event. */
export async function writeRecords(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  { isGathered, way }: RecordWrite,
): Promise<OutcomesByEvent> {
  const outcomes = foldedOutcomes(batch);
  // Before what is compared: it may meet these.
  const fresh = linesOf(batch, 'fresh');
  if (fresh.length > 0) await copyInto(tx, freshSnapshots, fresh, way);
  const lines = linesOf(batch, 'staged');
  if (lines.length === 0) return outcomes;
  await copyInto(tx, staging, lines, way);
  for (const row of await mergeStaged(tx, isGathered)) addOutcomes(outcomes, row);
  return outcomes;
}

/** The rows' own statements, in the only order that counts right: the sources' counts before what they compare with. */
async function mergeStaged(tx: Transaction, isGathered: boolean): Promise<PerEvent<Outcomes>> {
  const isNew = await takeAllNew(tx);
  const outcomes = await tx.unsafe<PerEvent<Outcomes>>(isNew ? countNew : countMet);
  const steps = [
    ...(isNew ? [] : [mergeMet]),
    ...(isGathered ? [] : [addSourceCounts, writeSourceCoins, writeQuotes, writeOwnLinks, noteStagedCoins]),
  ];
  // In one message: none of their answers is needed.
  if (steps.length > 0) await tx.unsafe(steps.join(';\n'));
  return outcomes;
}

/** What batches left out where coins were gathered, of everything that they wrote. */
export async function writeSummaries(tx: Transaction, gathered: GatheredCoins): Promise<void> {
  await tx.unsafe(createStaging);
  const lines = [...gathered.lines()];
  if (lines.length > 0) await copyRows(tx, describedCoins.copy, [lines.join('')]);
  await tx.unsafe(
    [
      writeDescribedCoins,
      writeDescribedLinks,
      writeAllQuotes,
      countAllSnapshots,
      countAllSources,
      noteAllCoins,
    ].join(';\n'),
  );
  await writeCoins(tx);
}
