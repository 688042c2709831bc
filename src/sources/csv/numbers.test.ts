import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CellKind } from './fields.ts';
import { type NumberStyle, readNumber, readRank } from './numbers.ts';

const usd: NumberStyle = { currency: 'USD', decimal: '.' };

const read = (cell: string, style: Partial<NumberStyle> = {}, kind: CellKind = 'money'): string => {
  const result = readNumber(cell, kind, { ...usd, ...style });
  if (result.kind === 'number') return result.decimal;
  return result.kind === 'bad' ? result.code : result.kind;
};

describe('where the point is the decimal separator', () => {
  test.each([
    ['45000.50', '45000.5'],
    ['213049346738.0', '213049346738'],
    ['1e-08', '1e-8'],
    ['1.0e+15', '1000000000000000'],
    ['6.61575E+11', '661575000000'],
    ['-0.18', '-0.18'],
    ['−0.18', '-0.18'],
    ['+2.5', '2.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['(5.10)', '-5.1'],
    ['($1,234.50)', '-1234.5'],
    ['$104,776.75', '104776.75'],
    ['-$5.10', '-5.1'],
    ['$-5.10', '-5.1'],
    ['5 USD', '5'],
    ['USD 5', '5'],
    ['US$5', '5'],
    ['1,234', '1234'],
    ['1.234', '1.234'],
    ['1,234,567', '1234567'],
    ['12,34,567.8', '1234567.8'],
    ['1 234.5', '1234.5'],
    ['1\u{202f}234', '1234'],
    ['1’234’567.8', '1234567.8'],
    ["1'234.8", '1234.8'],
    ['123456789012345678901234567890.123', '123456789012345678901234567890.123'],
  ])('%s is the number %s', (cell, expected) => {
    expect(read(cell)).toBe(expected);
  });

  test.each([
    '1,23',
    '0,123',
    '1,2345',
    '123,45,678',
    '1234,567',
    '1,234 567',
    ',123',
    '1.234,56',
    '1.2.3',
    '1_000',
    '0x10',
    '1e',
    '1,234e5',
    '1e99999',
    '1e9999',
    'Infinity',
    'INF',
    '--5',
    '5-',
    '(5',
    '(-5)',
    '$',
    '$$5',
    '$5 USD',
    '5 EUR',
    '1.2M',
    '=1+1',
    '٣',
    '５',
    '5%',
    '€5',
    '2024-01-15',
    '9'.repeat(401),
  ])('"%s" is no amount in USD', (cell) => {
    expect(read(cell)).toBe('invalid_number');
  });

  test('what a spreadsheet destroyed is said to be that, and never read as a number', () => {
    for (const cell of ['14.748.800.659.179.600', '3.528.434.443.007', '790.999.984.741.211'])
      expect(read(cell)).toBe('mangled_number');
  });
});

describe('where the comma is the decimal separator', () => {
  test.each([
    ['1,23', '1.23'],
    ['1.234', '1234'],
    ['1.234.567,8', '1234567.8'],
    ['1 234,5', '1234.5'],
    ['-1,5E-7', '-1.5e-7'],
    [',5', '0.5'],
  ])('%s is the number %s', (cell, expected) => {
    expect(read(cell, { decimal: ',' })).toBe(expected);
  });

  test.each(['1.23', '1,234,5', '1,234.5', '0.123', '1.23,4'])('"%s" is none', (cell) => {
    expect(read(cell, { decimal: ',' })).toMatch(/^(?:invalid|mangled)_number$/);
  });
});

test('in doubt only what has one reading is a number', () => {
  const unclear = { decimal: 'unclear' } as const;
  expect(
    ['1,5', '1.5', '1.234,5', '1,234.5', '1,234,567', '1234', '1 234'].map((cell) => read(cell, unclear)),
  ).toEqual(['1.5', '1.5', '1234.5', '1234.5', '1234567', '1234', '1234']);
  for (const cell of ['1.234', '1,234', '1.234.567']) expect(read(cell, unclear)).toBe('ambiguous_number');
});

test('a declared sign of thousands is the only one', () => {
  expect(read('1 234', { thousands: ' ' })).toBe('1234');
  expect(read('1,234', { thousands: ' ' })).toBe('invalid_number');
});

test.each(['', 'null', 'NaN', 'N/A', 'none', '-', '#N/A', '—'])('"%s" is unknown, not a number', (cell) => {
  expect(read(cell)).toBe('unknown');
});

test('a sign belongs to money of its own currency and % to a percentage', () => {
  expect(read('€5', { currency: 'EUR' })).toBe('5');
  expect(read('$5', { currency: 'EUR' })).toBe('invalid_number');
  expect(read('5.2 %', {}, 'percent')).toBe('5.2');
  expect(read('-5.2%', {}, 'percent')).toBe('-5.2');
  expect(read('(5.2%)', {}, 'percent')).toBe('-5.2');
  expect(read('$5', {}, 'percent')).toBe('invalid_number');
  expect(read('$5', {}, 'amount')).toBe('invalid_number');
});

test.each([
  ['$0.00', true],
  ['$0', true],
  ['0.00', true],
  ['0', false],
  ['0.0', false],
  ['$0.01', false],
])('the zero %s is rounded for display: %s', (cell, isRounded) => {
  expect(readNumber(cell, 'money', usd)).toMatchObject({ kind: 'number', isRounded });
});

const countries = [
  ['en-US', 'USD', '.'],
  ['de-DE', 'EUR', ','],
  ['fr-FR', 'EUR', ','],
  ['de-CH', 'CHF', '.'],
  ['en-IN', 'INR', '.'],
] as const;

test.each(countries)('every amount is read as it is written in %s', (locale, currency, decimal) => {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 2 });
  fc.assert(
    fc.property(fc.integer({ min: -1e13, max: 1e13 }), (cents) => {
      const value = cents / 100;
      const style = { currency, decimal };
      expect(Number(read(money.format(value), style))).toBe(value + 0);
      expect(Number(read(plain.format(value), style))).toBe(value + 0);
      expect(Number(read(percent.format(cents / 10_000), style, 'percent'))).toBe(value + 0);
    }),
  );
});

test('every number is read as itself, however it was written', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(read(String(value)))).toBe(value === 0 ? 0 : value);
      expect(Number(read(value.toExponential()))).toBe(value === 0 ? 0 : value);
    }),
  );
});

test('any text is read as a number, unknown or bad, and never fails', () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('0123,. -()$%eE')) }));
  fc.assert(
    fc.property(texts, fc.constantFrom('.', ',', 'unclear'), (cell, decimal) => {
      expect(['number', 'unknown', 'bad']).toContain(readNumber(cell, 'money', { ...usd, decimal }).kind);
    }),
  );
});

test.each([
  ['252.0', 252],
  ['1', 1],
  ['0', null],
  ['', null],
  ['252.5', 'bad'],
  ['-1', 'bad'],
  ['4294967296', 'bad'],
])('the rank "%s" is %s', (cell, expected) => {
  expect(readRank(cell)).toBe(expected);
});
