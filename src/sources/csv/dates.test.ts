import { expect, test } from 'vitest';
import { isDateFormat } from './date-format.ts';
import { createDateEvidence } from './date-order.ts';
import { type DateStyle, createDateReader } from './dates.ts';

const read = (cell: string, style: Partial<DateStyle> = {}): string | undefined =>
  createDateReader({ timeZone: 'UTC', ...style })(cell)?.toISOString();

test.each([
  ['2024-01-15', '2024-01-15T00:00:00.000Z'],
  ['2024/01/15', '2024-01-15T00:00:00.000Z'],
  ['2015-08-08 23:59:59', '2015-08-08T23:59:59.000Z'],
  ['2021-07-10T04:39:59.985Z', '2021-07-10T04:39:59.985Z'],
  ['2021-07-10T04:39:59+02:00', '2021-07-10T02:39:59.000Z'],
  ['2021-07-10 00:00:00 UTC', '2021-07-10T00:00:00.000Z'],
  ['1512549554', '2017-12-06T08:39:14.000Z'],
  ['1512549554.0', '2017-12-06T08:39:14.000Z'],
  ['1512549554123', '2017-12-06T08:39:14.123Z'],
])('%s is the time %s', (cell, expected) => {
  expect(read(cell)).toBe(expected);
});

test.each([
  '',
  'null',
  '29-04-13 23:59',
  '03-07-21',
  '01/02/2021',
  '15.01.2024',
  '20240115',
  '2024',
  '2024-02-30',
  '2024-13-01',
  'Jan 15, 2024',
  '43845',
  'yesterday',
])('"%s" cannot be read with certainty', (cell) => {
  expect(read(cell)).toBeUndefined();
});

test.each([
  ['DD-MM-YY HH:MM', '29-04-13 23:59', '2013-04-29T23:59:00.000Z'],
  ['MM/DD/YYYY', '1/2/2021', '2021-01-02T00:00:00.000Z'],
  ['DD.MM.YYYY', '02.01.2021', '2021-01-02T00:00:00.000Z'],
  ['YYYYMMDD', '20240115', '2024-01-15T00:00:00.000Z'],
  ['MMM D, YYYY', 'Jan 5, 2024', '2024-01-05T00:00:00.000Z'],
  ['MM/DD/YYYY hh:mm A', '01/15/2024 12:05 AM', '2024-01-15T00:05:00.000Z'],
  ['YYYY-MM-DD HH:mm:ss.SSS Z', '2024-01-15 10:00:00.5 +01:00', '2024-01-15T09:00:00.500Z'],
  ['unix', '86400', '1970-01-02T00:00:00.000Z'],
  ['unix_ms', '86400', '1970-01-01T00:01:26.400Z'],
  ['iso', '2024-01-15', '2024-01-15T00:00:00.000Z'],
])('declared as %s, %s is %s', (format, cell, expected) => {
  expect(isDateFormat(format)).toBe(true);
  expect(read(cell, { format })).toBe(expected);
});

test.each([
  ['DD-MM-YY', '31-02-21'],
  ['DD-MM-YY', '01-13-21'],
  ['DD-MM-YY', '2021-01-02'],
  ['DD-MM-YY', '1512549554'],
  ['DD-MM-YYYY HH:mm', '01-01-2021 24:00'],
  ['MMM D, YYYY', 'Foo 5, 2024'],
  ['MM/DD/YYYY hh:mm A', '01/15/2024 13:05 AM'],
  ['unix', '2024-01-15'],
])('declared as %s, "%s" is no date', (format, cell) => {
  expect(read(cell, { format })).toBeUndefined();
});

test('a format without a day, a month or a year is none', () => {
  for (const format of ['', 'YYYY', 'DD-MM', 'DD.DD.YYYY', 'soon']) expect(isDateFormat(format)).toBe(false);
});

test('times without a zone are of the declared one, in summer and in winter', () => {
  const timeZone = 'Europe/Berlin';
  expect(read('2024-07-01 12:00', { timeZone })).toBe('2024-07-01T10:00:00.000Z');
  expect(read('2024-01-01 12:00', { timeZone })).toBe('2024-01-01T11:00:00.000Z');
  expect(read('2024-07-01T12:00:00Z', { timeZone })).toBe('2024-07-01T12:00:00.000Z');
  expect(read('01.07.2024', { timeZone, format: 'DD.MM.YYYY' })).toBe('2024-06-30T22:00:00.000Z');
  expect(read('2024-07-01 12:00', { timeZone: '+05:30' })).toBe('2024-07-01T06:30:00.000Z');
});

test('the hour that a zone leaves out is no time, and of the one it has twice the first counts', () => {
  const timeZone = 'America/New_York';
  expect(read('2024-03-10 02:30', { timeZone })).toBeUndefined();
  expect(read('2024-11-03 01:30', { timeZone })).toBe('2024-11-03T05:30:00.000Z');
});

const orders = (cells: string[]): string[] | null => {
  const evidence = createDateEvidence();
  for (const cell of cells) evidence.add(cell);
  return evidence.formats();
};

test.each([
  ['a day beyond 12', ['03-07-2021', '13-07-2021'], ['DD-MM-YYYY']],
  ['a day beyond 12 in the second place', ['03/07/21', '03/13/21'], ['MM/DD/YY']],
  ['a year before Bitcoin', ['29-04-13 23:59', '01-05-13 23:59'], ['DD-MM-YY HH:mm']],
  ['a year that comes first', ['21-07-05', '21-07-31'], ['YY-MM-DD']],
  ['a damaged cell among them', ['99/99/2021', '13/07/2021', '31/31/2021'], ['DD/MM/YYYY']],
])('the order of a date is proven by %s', (_what, cells, expected) => {
  expect(orders(cells)).toEqual(expected);
});

test('an order that no date proves stays open, with the formats it may be', () => {
  expect(orders(['03-07-2021', '04-07-2021'])).toEqual(['DD-MM-YYYY', 'MM-DD-YYYY']);
  expect(orders(['10-11-12'])).toEqual(['DD-MM-YY', 'MM-DD-YY', 'YY-MM-DD']);
  expect(orders(['2021-07-03', 'soon'])).toBeNull();
});
