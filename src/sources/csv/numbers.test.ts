import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CellKind } from './fields.ts';
import { readNumber, readRank } from './numbers.ts';

const usd = { currency: 'USD', commaIsDoubtful: false };

const read = (cell: string, kind: CellKind = 'money', style = usd): string => {
  const result = readNumber(cell, kind, style);
  return result.kind === 'number' ? result.decimal : result.kind;
};

test.each([
  ['45000.50', '45000.5'],
  ['213049346738.0', '213049346738'],
  ['1e-08', '1e-8'],
  ['1.0e+15', '1000000000000000'],
  ['-0.18', '-0.18'],
  ['+2.5', '2.5'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['-0', '0'],
  ['$104,776.75', '104776.75'],
  ['-$5.10', '-5.1'],
  ['$-5.10', '-5.1'],
  ['1,234', '1234'],
  ['1,234,567', '1234567'],
  ['123456789012345678901234567890.123', '123456789012345678901234567890.123'],
])('%s is the number %s', (cell, expected) => {
  expect(read(cell)).toBe(expected);
});

test.each(['', 'null', 'NaN', 'N/A', 'none', '-', '#N/A'])('"%s" is unknown, not a number', (cell) => {
  expect(read(cell)).toBe('unknown');
});

test.each([
  '1,23',
  '0,123',
  '1,2345',
  '12,34,567',
  '1234,567',
  ',123',
  '1.234,56',
  '14.748.800.659.179.600',
  '1.2.3',
  '1 234',
  "1'234",
  '1_000',
  '0x10',
  '1e',
  '1e99999',
  '1e9999',
  'Infinity',
  'INF',
  '--5',
  '5-',
  '$',
  '$$5',
  '5 USD',
  '(5)',
  '=1+1',
  '٣',
  '５',
  '5%',
  '€5',
  '9'.repeat(401),
])('"%s" is no amount in USD', (cell) => {
  expect(read(cell)).toBe('bad');
});

test('a sign belongs to money of its own currency and % to a percentage', () => {
  expect(read('€5', 'money', { ...usd, currency: 'EUR' })).toBe('5');
  expect(read('$5', 'money', { ...usd, currency: 'EUR' })).toBe('bad');
  expect(read('5.2 %', 'percent')).toBe('5.2');
  expect(read('-5.2%', 'percent')).toBe('-5.2');
  expect(read('$5', 'percent')).toBe('bad');
  expect(read('$5', 'amount')).toBe('bad');
});

test('a lone group of thousands is not read where the comma may be the decimal one', () => {
  const doubtful = { ...usd, commaIsDoubtful: true };
  expect(read('1,234', 'money', doubtful)).toBe('bad');
  expect(read('1,234.50', 'money', doubtful)).toBe('1234.5');
  expect(read('1,234,567', 'money', doubtful)).toBe('1234567');
});

test('every number is read as itself, however it was written', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(read(String(value)))).toBe(value === 0 ? 0 : value);
      expect(Number(read(value.toExponential()))).toBe(value === 0 ? 0 : value);
    }),
  );
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(read(value.toLocaleString('en-US'))).toBe(String(value));
    }),
  );
});

test('any text is read as a number, unknown or bad, and never fails', () => {
  fc.assert(
    fc.property(fc.string(), (cell) => {
      expect(['number', 'unknown', 'bad']).toContain(readNumber(cell, 'money', usd).kind);
    }),
  );
});

test.each([
  ['252.0', 252],
  ['1', 1],
  ['0', null],
  ['252.5', null],
  ['-1', null],
  ['4294967296', null],
  ['', null],
])('the rank "%s" is %s', (cell, expected) => {
  expect(readRank(cell)).toBe(expected);
});
