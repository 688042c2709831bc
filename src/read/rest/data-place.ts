import { z } from 'zod';
import { decodeCursor, encodeCursor, filterDigest, type Walk } from '../graphql/cursor.ts';
import type { KeyColumn } from '../graphql/keyset.ts';
import type { CoinFilter } from './coin-filter.ts';

/** Where a row of the history stands in `/data`'s order. */
export interface Place {
  processedAt: Date;
  id: string;
}

const shownRow = z.object({ id: z.string(), processed_at: z.string() });

/** Where a row stands that is written as REST shows it. */
export function placeOf(row: string): Place {
  const { id, processed_at: processedAt } = shownRow.parse(JSON.parse(row));
  return { processedAt: new Date(processedAt), id };
}

const columns: readonly KeyColumn[] = [
  { column: 'processed_at', type: 'time', direction: 'desc', nullable: false },
  { column: 'id', type: 'uuid', direction: 'desc', nullable: false },
];

const walkOf = (filter: CoinFilter): Walk => ({
  order: 'data processedAt desc',
  filter: filterDigest(filter),
});

/** A place as a client sends it back. A time is exact in milliseconds: that is how events are recorded. */
export const encodePlace = ({ processedAt, id }: Place, filter: CoinFilter): string =>
  encodeCursor(walkOf(filter), [processedAt.toISOString(), id]);

export type PlaceResult = { kind: 'place'; place: Place } | { kind: 'refused'; reason: string };

/** Refused when it is no cursor of ours, or one of another filter. */
export function decodePlace(cursor: string, filter: CoinFilter): PlaceResult {
  const decoded = decodeCursor(cursor, walkOf(filter), columns);
  if (decoded.kind === 'refused') return decoded;
  const [time, id] = decoded.key;
  if (!time || !id) return { kind: 'refused', reason: 'is not a cursor of this API' };
  return { kind: 'place', place: { processedAt: new Date(time), id } };
}
