import type { Transaction } from '../database/client.ts';
import { writeListings } from '../projections/listings/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { addOutcomes, type Outcomes, type OutcomesByEvent } from './outcomes.ts';
import { storableJson } from './storable-json.ts';

type PerEvent = Outcomes & { stream: string; version: number };

/**
 * Writes what a batch says of who coins are, and adds what became of the records of directories to `outcomes`. The ids
 * that a file declares come with records that were counted by their quotes already.
 */
export async function writeListingRows(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  outcomes: OutcomesByEvent,
): Promise<OutcomesByEvent> {
  const records = batch.flatMap((folded) =>
    folded.kind === 'folded' && folded.records ? folded.records : [],
  );
  const declared = records.flatMap((record) => record.declared);
  if (declared.length > 0) await tx.unsafe(writeListings, [storableJson(declared)]);
  const listings = records.flatMap((record) => record.listings);
  if (listings.length === 0) return outcomes;
  const all = new Map(outcomes);
  for (const row of await tx.unsafe<PerEvent[]>(writeListings, [storableJson(listings)]))
    addOutcomes(all, row);
  return all;
}
