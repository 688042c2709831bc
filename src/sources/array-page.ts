import type { z } from 'zod';
import { CoinlogError } from '../errors.ts';
import { recordIssues } from './issues.ts';
import { JsonError, parseJson } from './json.ts';
import type { SourceRecord } from './record.ts';
import type { PageCheck } from './source.ts';
import { quoted } from './text.ts';

const wrong = (reason: string): PageCheck => ({ kind: 'wrong', reason });

/** The places where APIs put the message of an error object, outermost first. */
function messageIn(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || depth === 4) return null;
  for (const key of ['error', 'status', 'error_message', 'message']) {
    const message = messageIn(Reflect.get(value, key), depth + 1);
    if (message !== null) return message;
  }
  return null;
}

function describeUnreadable(body: Uint8Array, error: JsonError): string {
  if (error.kind === 'encoding') return 'body is not UTF-8 text';
  const text = new TextDecoder().decode(body).trim();
  if (text === '') return 'body is empty';
  if (text.startsWith('<')) return `HTML instead of JSON: ${quoted(text)}`;
  const close = { '[': ']', '{': '}' }[text.charAt(0)];
  if (close === undefined) return `plain text instead of JSON: ${quoted(text)}`;
  if (!text.endsWith(close)) return `JSON cut short after ${body.byteLength} bytes`;
  return `not JSON: ${quoted(error.message)}`;
}

/**
 * Judges a body that must be a JSON array. A page with fewer records than `perPage` is the last; where `perPage` is
 * null, all come at once. Free tiers send their "too many requests" object with status 200, so only an array is a page.
 */
export function checkArray(body: Uint8Array, perPage: number | null): PageCheck {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch (error) {
    if (error instanceof JsonError) return wrong(describeUnreadable(body, error));
    throw error;
  }
  if (Array.isArray(value)) {
    return { kind: 'page', records: value.length, last: perPage === null || value.length < perPage };
  }
  const message = messageIn(value);
  if (message !== null) return wrong(`error instead of a list: ${quoted(message, 300)}`);
  return wrong(`${value === null ? 'null' : typeof value} instead of a list`);
}

/**
 * The records of a JSON array. One that fails the schema is rejected with every issue it has; the others stay.
 * Throws `JsonError` or FOLD_FAILED on what is no JSON array.
 */
export function readArray<T>(
  payload: Uint8Array,
  schema: z.ZodType<T>,
  toRecord: (value: T, index: number) => SourceRecord,
): SourceRecord[] {
  const values = parseJson(payload);
  if (!Array.isArray(values)) throw new CoinlogError('FOLD_FAILED', 'the page is no JSON array');
  return values.map((value: unknown, index) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return toRecord(parsed.data, index);
    return { kind: 'rejected', index, line: null, issues: recordIssues(parsed.error.issues, value) };
  });
}
