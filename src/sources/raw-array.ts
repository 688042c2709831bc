import { Numeral, parseJson } from './json.ts';

/** Node has it; TypeScript's library does not know it yet. The text stands in the output as it is. */
const jsonOfNode = JSON as unknown as { rawJSON(text: string): unknown };

/** The same value, in which the numbers that JSON.stringify would change print as they were written. */
function printable(value: unknown): unknown {
  if (value instanceof Numeral) return jsonOfNode.rawJSON(value.source);
  if (Object.is(value, -0)) return jsonOfNode.rawJSON('-0');
  if (Array.isArray(value)) return value.map(printable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printable(inner)]));
}

/** The elements of a JSON array as they were received; none when it is no JSON array. Throws `JsonError`. */
export function rawArray(payload: Uint8Array): unknown[] {
  const value = parseJson(payload);
  return Array.isArray(value) ? value.map(printable) : [];
}
