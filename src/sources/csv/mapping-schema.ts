import { z } from 'zod';
import { isDateFormat } from './date-format.ts';
import { declaredSources, fieldNames } from './fields.ts';
import { isTimeZone } from './time-zone.ts';

const labels = z.array(z.string().trim().min(1).max(200)).max(100);
const field = z.enum(fieldNames);

/**
 * How the columns of a kind of file are read, as data: a person's own file of it, an operator's event and the ones
 * that coinlog brings are alike.
 */
export const mappingSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    /** The labels by which such a file is known, all of them, where no mapping is named. */
    when: labels.min(1).optional(),
    /** The labels a field is known by; two columns of one file with labels of one field are a contradiction. */
    columns: z.partialRecord(field, labels),
    /** Labels that count only where none of `columns` is there. */
    fallbacks: z.partialRecord(field, labels).optional(),
    decimalSeparator: z.enum(['.', ',']).optional(),
    thousandsSeparator: z.enum([',', '.', ' ', "'"]).optional(),
    dateFormat: z
      .string()
      .refine(isDateFormat, { error: 'needs a day, a month and a year, as DD-MM-YY HH:mm' })
      .optional(),
    timeZone: z.string().refine(isTimeZone, { error: 'no time zone, as Europe/Berlin' }).optional(),
    /** Of prices whose column names no currency. */
    quoteCurrency: z
      .string()
      .regex(/^[A-Z]{3,5}$/)
      .optional(),
    /** What a coin is known by; left out: its id, else its symbol, else its name. */
    idFrom: z.enum(['id', 'symbol', 'name']).optional(),
    /** The source whose ids the column of `id` holds, as in an export of it; the file then declares them. */
    idsOf: z.enum(Object.values(declaredSources)).optional(),
    /** What is the same in every row and has no column, as the symbol of a file of one coin. */
    constants: z.partialRecord(field, z.string().max(500)).optional(),
  })
  .refine((mapping) => mapping.thousandsSeparator !== (mapping.decimalSeparator ?? '.'), {
    error: 'one sign cannot divide both the thousands and the decimals',
    path: ['thousandsSeparator'],
  });

export type Mapping = z.infer<typeof mappingSchema>;
