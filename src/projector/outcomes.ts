import { noRecords, type RecordCounts } from '../projections/runs/fold.ts';
import type { FoldedEvent } from './fold-event.ts';

/** What became of an event's staged records. */
export type Outcomes = Pick<RecordCounts, 'accepted' | 'revised' | 'duplicates'>;
const noOutcomes: Outcomes = { accepted: 0, revised: 0, duplicates: 0 };

/** By the event, as `coingecko.markets:12`. */
export type OutcomesByEvent = ReadonlyMap<string, Outcomes>;
export const keyOf = (stream: string, version: number): string => `${stream}:${version}`;

/** Adds what became of further records of an event. */
export function addOutcomes(
  outcomes: Map<string, Outcomes>,
  row: Outcomes & { stream: string; version: number },
): void {
  const key = keyOf(row.stream, row.version);
  const known = outcomes.get(key) ?? noOutcomes;
  outcomes.set(key, {
    accepted: known.accepted + row.accepted,
    revised: known.revised + row.revised,
    duplicates: known.duplicates + row.duplicates,
  });
}

/** Throws when the records that were read are not those that were accounted for: no row is ever lost in silence. */
export function countsOf(folded: FoldedEvent, outcomes: OutcomesByEvent): RecordCounts {
  if (folded.kind === 'dead' || folded.records === null) return noRecords;
  const { read, rejected, skipped, frozen, cellReports } = folded.records;
  const { stream, version } = folded.event;
  const { accepted, revised, duplicates } = outcomes.get(keyOf(stream, version)) ?? noOutcomes;
  const counts = { accepted, revised, rejected: rejected.length, duplicates, skipped };
  const accounted = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (accounted !== read)
    throw new RangeError(`${stream} ${version}: ${read} records were read and ${accounted} accounted for`);
  const nulledCells = cellReports.reduce((sum, { issues }) => sum + issues.length, 0);
  return { read, ...counts, frozen, nulledCells };
}
