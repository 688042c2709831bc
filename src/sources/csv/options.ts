import { z } from 'zod';
import type { FileDescription, FileOptions } from '../source.ts';
import { isDateFormat } from './date-format.ts';
import { isCertainByte } from './decode.ts';
import { isTimeZone } from './time-zone.ts';

const sign = z.string().regex(/^[\t -/:-@[-`{-~]$/, { error: 'is no single sign of ASCII' });

const optionsSchema = z.object({
  delimiter: sign.refine((text) => text !== '"', { error: 'is the quote' }).optional(),
  quote: z.union([z.literal(''), sign]).optional(),
  decimalSeparator: z.enum(['.', ',']).optional(),
  dateFormat: z
    .string()
    .refine(isDateFormat, { error: 'needs a day, a month and a year, as DD-MM-YY HH:mm' })
    .optional(),
  timeZone: z.string().refine(isTimeZone, { error: 'is no time zone, as Europe/Berlin' }).optional(),
});

/** A setting as a person can paste it. */
export const asSetting = (name: string, value: string | boolean): string =>
  `${name}=${JSON.stringify(value)}`;

/** Why the settings of a file cannot be meant; null where they can. */
export function refuseOptions(options: FileOptions, encoding: string): string | null {
  const parsed = optionsSchema.safeParse(options);
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined) {
    const name = issue.path.join('.');
    const given: unknown = Reflect.get(options, name);
    return `${asSetting(name, String(given))} ${issue.message}`;
  }
  const { delimiter, quote } = options;
  if (delimiter !== undefined && delimiter === (quote ?? '"')) return 'delimiter and quote are one sign';
  const doubtful = [delimiter, quote].find((text) => text && !isCertainByte(text, encoding));
  return doubtful === undefined
    ? null
    : `${JSON.stringify(doubtful)} can be a part of a letter in ${encoding}: save the file as UTF-8`;
}

/** What was declared of a file's values, as it is recorded. */
export function declaredValues({
  decimalSeparator,
  dateFormat,
  timeZone,
}: FileOptions): Pick<FileDescription, 'declared'> {
  const declared = {
    ...(decimalSeparator === undefined ? {} : { decimalSeparator }),
    ...(dateFormat === undefined ? {} : { dateFormat }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
  return Object.keys(declared).length > 0 ? { declared } : {};
}
