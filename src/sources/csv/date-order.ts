import { createFormatReader } from './date-format.ts';
import { partsMs } from './dates.ts';

/** Before the first block of Bitcoin nothing had a price: it tells a year from a day of the month. */
const earliestMs = Date.UTC(2009, 0, 1);
const shape = /^(\d{1,2})([-/.])\d{1,2}\2(\d{4}|\d{2})(?:([ T])\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?$/;

/** The formats a cell could be written in when its order of day, month and year is not known. */
function possibleFormats(cell: string): string[] {
  const match = shape.exec(cell);
  if (match === null) return [];
  const [, first = '', separator = '', last = '', gap, seconds, half] = match;
  const year = last.length === 4 ? 'YYYY' : 'YY';
  const time = gap === undefined ? '' : `${gap}HH:mm${seconds === undefined ? '' : ':ss'}`;
  const tail = half === undefined ? time : `${time.replace('HH', 'hh')}${half.startsWith(' ') ? ' ' : ''}A`;
  const orders = [
    ['DD', 'MM', year],
    ['MM', 'DD', year],
    ...(first.length === 2 && year === 'YY' ? [['YY', 'MM', 'DD']] : []),
  ];
  return orders.map((order) => order.join(separator) + tail);
}

type Read = ReturnType<typeof createFormatReader>;

function couldBe(cell: string, read: Read): boolean {
  const parts = read(cell);
  const timeMs = parts === null ? null : partsMs(parts);
  return timeMs !== null && timeMs >= earliestMs;
}

/** Weighs the dates of a column: what remains is every order in which all of them are possible. */
export interface DateEvidence {
  add(cell: string): void;
  /** Null: the column has no such dates. One format: it is proven. */
  formats(): string[] | null;
}

export function createDateEvidence(): DateEvidence {
  let remaining: string[] | null = null;
  const readers = new Map<string, Read>();
  const isPossible = (cell: string, format: string): boolean => {
    const read = readers.get(format) ?? createFormatReader(format);
    readers.set(format, read);
    return couldBe(cell, read);
  };
  return {
    add(cell) {
      if (remaining === null) {
        const formats = possibleFormats(cell).filter((format) => isPossible(cell, format));
        if (formats.length > 0) remaining = formats;
      } else if (remaining.length > 1) {
        const left: string[] = remaining.filter((format) => isPossible(cell, format));
        // A cell that no order fits is no date: it proves nothing of the others.
        if (left.length > 0) remaining = left;
      }
    },
    formats: () => remaining,
  };
}
