import { z } from 'zod';
import { isDecimalNumber, toDecimal } from './json.ts';
import type { JsonNumber } from './json.ts';
import { parseTime } from './observed-at.ts';
import type { Decimal } from './record.ts';
import { idLengthMax, isSourceCoinId, nameLengthMax } from './text.ts';

/** What an API means by "unknown". Some send an empty text besides. */
type Missing = null | undefined;

/** A field with a test of our own, that tells in its issue what would have passed. */
function field<T>(test: (value: unknown) => boolean, expected: string) {
  return z.custom<T>(test, { error: `Invalid input: expected ${expected}`, params: { expected } }).optional();
}

const isMissing = (value: unknown): value is Missing => value === null || value === undefined;
const isMissingOrEmpty = (value: unknown): boolean => isMissing(value) || value === '';
const isRank = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
const isTime = (value: unknown): boolean => typeof value === 'string' && parseTime(value) !== null;

/** The id, name and symbol that every record must have. A name may turn out empty, an id may not. */
export const sourceCoinId = z.string().refine(isSourceCoinId, {
  error: `Invalid id: empty, with NUL or over ${idLengthMax} characters`,
  params: { expected: `1 to ${idLengthMax} characters without NUL` },
});
export const label = z.string().max(nameLengthMax);

/** A field that may be null or absent, but must be what it says where it is there. */
export const optional = {
  number: field<JsonNumber | Missing>((value) => isMissing(value) || isDecimalNumber(value), 'number'),
  rank: field<number | Missing>((value) => isMissing(value) || isRank(value), 'whole number of at least 0'),
  time: field<string | Missing>((value) => isMissing(value) || isTime(value), 'ISO 8601 time'),
  text: z.string().nullish(),
};

/** The same for an API that also writes `""` for unknown. */
export const optionalOrEmpty = {
  number: field<JsonNumber | '' | Missing>(
    (value) => isMissingOrEmpty(value) || isDecimalNumber(value),
    'number',
  ),
  rank: field<number | '' | Missing>(
    (value) => isMissingOrEmpty(value) || isRank(value),
    'whole number of at least 0',
  ),
  time: field<string | Missing>((value) => isMissingOrEmpty(value) || isTime(value), 'ISO 8601 time'),
};

/** A field's number as a decimal; unknown as null. */
export function decimalOrNull(value: JsonNumber | '' | Missing): Decimal | null {
  return isMissing(value) || value === '' ? null : toDecimal(value);
}

/** The same where the API writes 0 for unknown. */
export function nonZeroOrNull(value: JsonNumber | '' | Missing): Decimal | null {
  const decimal = decimalOrNull(value);
  return decimal === '0' ? null : decimal;
}

/** A rank from 1; null where it is 0 or unknown. */
export function rankOrNull(value: number | '' | Missing): number | null {
  return isMissing(value) || value === '' || value === 0 ? null : value;
}

/** A time that passed the schema; null where it is unknown. */
export function timeOrNull(value: string | Missing): Date | null {
  return isMissing(value) ? null : parseTime(value);
}
