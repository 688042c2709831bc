import type { z } from 'zod';
import { CoinlogError } from '../errors.ts';
import { recordIssues } from './issues.ts';
import { JsonError, parseJson } from './json.ts';
import type { SourceRecord } from './record.ts';
import type { PageCheck, PayloadEvent, WrongBody } from './source.ts';
import { quoted } from './text.ts';

const wrong = (what: WrongBody, reason: string, code: number | null = null): PageCheck => ({
  kind: 'wrong',
  what,
  reason,
  code,
});

/** The number by which an error object calls itself, as 429 or 10002; null when it has none. */
function codeIn(value: unknown, depth = 0): number | null {
  if (value === null || typeof value !== 'object' || depth === 4) return null;
  const code: unknown = Reflect.get(value, 'error_code') ?? Reflect.get(value, 'code');
  if (typeof code === 'number') return code;
  return codeIn(Reflect.get(value, 'error'), depth + 1) ?? codeIn(Reflect.get(value, 'status'), depth + 1);
}

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

function describeUnreadable(body: Uint8Array, error: JsonError): PageCheck {
  if (error.kind === 'encoding') return wrong('other', 'body is not UTF-8 text');
  const text = new TextDecoder().decode(body).trim();
  if (text === '') return wrong('cut_short', 'body is empty');
  if (text.startsWith('<')) return wrong('html', `HTML instead of JSON: ${quoted(text)}`);
  const close = { '[': ']', '{': '}' }[text.charAt(0)];
  // CoinGecko's edge says "Throttled" in plain text.
  if (close === undefined)
    return wrong(
      'other',
      `plain text instead of JSON: ${quoted(text)}`,
      /^throttled/i.test(text) ? 429 : null,
    );
  if (!text.endsWith(close)) return wrong('cut_short', `JSON cut short after ${body.byteLength} bytes`);
  return wrong('other', `not JSON: ${quoted(error.message)}`);
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
    if (error instanceof JsonError) return describeUnreadable(body, error);
    throw error;
  }
  if (Array.isArray(value)) {
    return { kind: 'page', records: value.length, last: perPage === null || value.length < perPage };
  }
  const message = messageIn(value);
  if (message !== null)
    return wrong('error', `error instead of a list: ${quoted(message, 300)}`, codeIn(value));
  return wrong('other', `${value === null ? 'null' : typeof value} instead of a list`);
}

/** The elements of a JSON array. Throws `JsonError` or FOLD_FAILED on what is none. */
export function readValues(payload: Uint8Array): unknown[] {
  const values = parseJson(payload);
  if (!Array.isArray(values)) throw new CoinlogError('FOLD_FAILED', 'the page is no JSON array');
  return values;
}

/**
 * The records of an event whose payload is a JSON array. One that fails the schema is rejected with every issue it has;
 * the others stay. Throws what `readValues` throws.
 */
export function readArray<T>(
  event: Pick<PayloadEvent, 'payload' | 'values'>,
  schema: z.ZodType<T>,
  toRecord: (value: T, index: number) => SourceRecord,
): SourceRecord[] {
  const values = event.values ?? readValues(event.payload);
  return values.map((value: unknown, index) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return toRecord(parsed.data, index);
    return { kind: 'rejected', index, line: null, issues: recordIssues(parsed.error.issues, value) };
  });
}
