import type { z } from 'zod';
import { Numeral } from './json.ts';
import type { RecordIssue } from './record.ts';
import { quoted } from './text.ts';

type ZodIssue = z.core.$ZodIssue;

/** A value as people read it, short: `"abc"`, `1.5`, `null`, `array`. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `"${quoted(value)}"`;
  if (value instanceof Numeral) return quoted(value.source);
  if (Array.isArray(value)) return 'array';
  return value !== null && typeof value === 'object' ? 'object' : String(value);
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined),
    record,
  );
}

function expectedOf(issue: ZodIssue): string | null {
  if (issue.code === 'invalid_type') return issue.expected;
  const expected: unknown = issue.code === 'custom' ? issue.params?.['expected'] : undefined;
  return typeof expected === 'string' ? expected : null;
}

/** What zod found wrong with a record, with the value it found at each path. */
export function recordIssues(found: readonly ZodIssue[], record: unknown): RecordIssue[] {
  return found.map((issue) => ({
    path: quoted(issue.path.map(String).join('.'), 200),
    code: issue.code,
    message: issue.message,
    expected: expectedOf(issue),
    received: shown(valueAt(record, issue.path)),
  }));
}
