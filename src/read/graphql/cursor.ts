import { hash } from 'node:crypto';
import type { Key, KeyColumn, KeyType } from './keyset.ts';

/** Which walk a cursor belongs to: another order or filter has other pages. */
export interface Walk {
  /** The list and its order, as `coins RANK ASC`. */
  order: string;
  /** See `filterDigest`. */
  filter: string;
}

export type CursorResult = { kind: 'key'; key: Key } | { kind: 'refused'; reason: string };

const digestOf = (given: readonly [string, unknown][]): string =>
  hash('sha256', JSON.stringify(given.toSorted(([a], [b]) => (a < b ? -1 : 1))), 'base64url').slice(0, 12);

const noFilter = digestOf([]);

/** The same for filters that say the same: without order, nulls and what is left out. */
export function filterDigest(filter: object): string {
  const given = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return given.length === 0 ? noFilter : digestOf(given);
}

export const encodeCursor = ({ order, filter }: Walk, key: Key): string =>
  Buffer.from(JSON.stringify([order, filter, ...key])).toString('base64url');

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// Whoever makes up a cursor learns that it is none, and not what the database says to it.
const isValue: Record<KeyType, (text: string) => boolean> = {
  text: (text) => !text.includes('\0'),
  integer: (text) => /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)),
  numeric: (text) => text.length <= 2_000 && /^-?\d+(?:\.\d+)?$/.test(text),
  time: (text) => {
    const time = new Date(text);
    return /^\d{4}-/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text;
  },
  uuid: (text) => uuid.test(text),
};

const fits = (value: unknown, { type, nullable }: KeyColumn): value is string | null =>
  value === null ? nullable : typeof value === 'string' && isValue[type](value);

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

/** The key within a cursor; refused when it is none, or one of another walk. */
export function decodeCursor(cursor: string, walk: Walk, columns: readonly KeyColumn[]): CursorResult {
  const parts = parse(cursor);
  if (!Array.isArray(parts) || parts.length < 2)
    return { kind: 'refused', reason: 'is not a cursor of this API' };
  const [order, filter, ...values]: unknown[] = parts;
  if (order !== walk.order) return { kind: 'refused', reason: 'belongs to another list or order' };
  if (filter !== walk.filter) return { kind: 'refused', reason: 'belongs to another filter' };
  const key = values.flatMap((value, place) => {
    const column = columns[place];
    return column && fits(value, column) ? [value] : [];
  });
  if (key.length !== columns.length || values.length !== columns.length)
    return { kind: 'refused', reason: 'is not a cursor of this API' };
  return { kind: 'key', key };
}
