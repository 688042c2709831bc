import type { DecimalField } from '../record.ts';
import type { FileDescription } from '../source.ts';
import { createDateReader } from './dates.ts';
import type { ColumnMap } from './mapping.ts';
import type { NumberStyle } from './numbers.ts';
import { defaultDecimal } from './survey.ts';

/** What is known of every row of a chunk. */
export interface RowContext {
  header: readonly string[];
  map: ColumnMap;
  receivedAt: Date;
  /** When the file was last written; null when nobody knows. */
  modifiedAt: Date | null;
  /** It has several rows of one coin. */
  isHistory: boolean;
  numberStyle(field: DecimalField): Pick<NumberStyle, 'decimal' | 'thousands'>;
  readDate(cell: string): Date | null;
  /** Nothing says in which order days and months are. */
  isDateDoubtful: boolean;
  /** What its dates must be, for people to read. */
  dates: string;
}

interface Times {
  receivedAt: Date;
  modifiedAt: Date | null;
}

/** What the head of the file told, where neither its owner nor the mapping says otherwise. */
export function createRowContext(description: FileDescription, map: ColumnMap, times: Times): RowContext {
  const { header, columns = [], declared = {}, delimiter, history = false } = description;
  const { mapping } = map;
  const dateColumn = map.columns.date;
  const format = declared.dateFormat ?? mapping.dateFormat;
  const found = dateColumn === undefined ? undefined : columns[dateColumn]?.date;
  const decimal = declared.decimalSeparator ?? mapping.decimalSeparator;
  const isDoubtful = format === undefined && found === undefined;
  const undeclared = 'an ISO 8601 time or a unix time; other dates need dateFormat="DD-MM-YY" or their like';
  return {
    ...times,
    header,
    map,
    isHistory: history,
    numberStyle: (field) => ({
      decimal: decimal ?? columns[map.columns[field] ?? -1]?.decimal ?? defaultDecimal(delimiter),
      thousands: mapping.thousandsSeparator,
    }),
    readDate: createDateReader({ format, found, timeZone: declared.timeZone ?? mapping.timeZone ?? 'UTC' }),
    isDateDoubtful: isDoubtful,
    dates: isDoubtful ? undeclared : `a time written as ${format ?? found}`,
  };
}
