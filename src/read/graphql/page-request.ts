import { CoinlogError } from '../../errors.ts';
import { decodeCursor, type Walk } from './cursor.ts';
import type { Key, KeyColumn } from './keyset.ts';

/** The arguments of every connection, as a client gave them. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

export interface PageRequest {
  limit: number;
  /** The page is the end of its range and not the beginning. */
  backwards: boolean;
  after: Key | null;
  before: Key | null;
}

export const defaultPageSize = 50;
export const maxPageSize = 250;

/** What the one who asked can put right. */
export const wrongInput = (message: string): CoinlogError => new CoinlogError('USAGE', message);

function sizeOf(name: string, value: number): number {
  if (value < 0 || value > maxPageSize)
    throw wrongInput(`${name} is ${value}: it must be from 0 to ${maxPageSize}.`);
  return value;
}

/** What is asked for; throws USAGE when it contradicts itself, is too much, or has a cursor of another walk. */
export function pageRequest(given: PageArguments, walk: Walk, columns: readonly KeyColumn[]): PageRequest {
  const [first, last] = [given.first ?? null, given.last ?? null];
  if (first !== null && last !== null)
    throw wrongInput('first and last ask for two pages: give one of them.');
  const keyOf = (name: 'after' | 'before'): Key | null => {
    const cursor = given[name] ?? null;
    if (cursor === null) return null;
    const decoded = decodeCursor(cursor, walk, columns);
    if (decoded.kind === 'refused') throw wrongInput(`${name} ${decoded.reason}.`);
    return decoded.key;
  };
  const limit = last === null ? sizeOf('first', first ?? defaultPageSize) : sizeOf('last', last);
  return { limit, backwards: last !== null, after: keyOf('after'), before: keyOf('before') };
}
