import type { MetadataValue } from './event.ts';

/**
 * One text per value: keys sorted by code unit, no blanks. jsonb can hold neither NUL nor half a surrogate pair, so
 * both become U+FFFD here, before anything is hashed. Throws on a fraction, which two writers may print differently.
 */
export function canonicalJson(value: MetadataValue): string {
  if (typeof value === 'string') return JSON.stringify(storable(value));
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`metadata holds ${value}: whole numbers only`);
    return String(value === 0 ? 0 : value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).map(([key, member]) => [storable(key), member] as const);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

const isList = (value: object): value is readonly MetadataValue[] => Array.isArray(value);

const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
