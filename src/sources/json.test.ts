import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, Numeral, isDecimalNumber, parseJson, toDecimal } from './json.ts';

const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text));
const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

/** The number a numeral means, as a fraction of whole numbers: another way than the code under test goes. */
function meaning(numeral: string): { whole: bigint; tenths: number } {
  const [coefficient = '', exponent = '0'] = numeral.toLowerCase().split('e');
  const [whole = '', fraction = ''] = coefficient.split('.');
  return { whole: BigInt(whole + fraction), tenths: fraction.length - Number(exponent) };
}

function sameNumber(a: string, b: string): boolean {
  const [x, y] = [meaning(a), meaning(b)];
  const shift = Math.max(x.tenths, y.tenths);
  return x.whole * 10n ** BigInt(shift - x.tenths) === y.whole * 10n ** BigInt(shift - y.tenths);
}

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength, maxLength });
const numeral = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      digits(0, 25).map((rest) => `1${rest}`),
    ),
    fc.option(
      digits(1, 25).map((fraction) => `.${fraction}`),
      { nil: '' },
    ),
    fc.option(
      fc.integer({ min: -330, max: 330 }).map((exponent) => `e${exponent}`),
      { nil: '' },
    ),
  )
  .map((parts) => parts.join(''));

describe('parseJson', () => {
  it('keeps every numeral as the decimal number it was written as', () => {
    fc.assert(
      fc.property(numeral, (text) => {
        const [value] = parse(`[${text}]`) as [number | Numeral];
        expect(sameNumber(toDecimal(value), text)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads every double that JSON writes as that double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parse(JSON.stringify({ value }))).toEqual({ value: value === 0 ? 0 : value });
      }),
    );
  });

  it('reads any JSON as JSON.parse does where doubles hold its numbers', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(['87270.00000000000001', '1e400', '-1e-400', '12345678901234567890', '0.1000000000000000000001'])(
    'keeps %s, which no double holds, as it was written',
    (text) => {
      expect(parse(`{"price":${text}}`)).toEqual({ price: new Numeral(text) });
      expect(parse(text)).toEqual(new Numeral(text));
    },
  );

  it.each([
    '21000000.0',
    '1.0e+15',
    '9007199254740992',
    '100000000000000000000.00',
    '-1068.551935604126',
    '0e999',
  ])('gives %s, which a double holds, as a number', (text) => {
    expect(parse(`[ ${text} ]`)).toEqual([Number(text)]);
  });

  it('takes digits within a string for no number', () => {
    expect(parse('["12345678901234567890", {"1.00000000000000000001": 5}]')).toEqual([
      '12345678901234567890',
      { '1.00000000000000000001': 5 },
    ]);
  });

  it('does not take an object of the payload for a numeral', () => {
    expect(isDecimalNumber(parse('{"source":"1"}'))).toBe(false);
  });

  it('tells bytes that are no UTF-8 from text that is no JSON', () => {
    expect(thrownBy(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)))).toMatchObject({ kind: 'encoding' });
    expect(thrownBy(() => parse('[1,'))).toMatchObject({ kind: 'syntax' });
    expect(thrownBy(() => parse('<html>'))).toBeInstanceOf(JsonError);
  });

  it('fails with its own error on nesting too deep to walk', () => {
    const deep = `${'['.repeat(200_000)}1e400${']'.repeat(200_000)}`;
    expect(thrownBy(() => parse(deep))).toBeInstanceOf(JsonError);
  });
});

describe('toDecimal', () => {
  it.each([
    [2e-8, '2e-8'],
    [-0, '0'],
    [1e15, '1000000000000000'],
    [1e21, '1e+21'],
    [new Numeral('-0.0e-400'), '0'],
    [new Numeral('87270.00000000000001'), '87270.00000000000001'],
    ['21000000.0', '21000000'],
    ['0.10000000000000000001', '0.10000000000000000001'],
  ])('writes %o as %s', (value, text) => {
    expect(toDecimal(value)).toBe(text);
  });

  it.each([
    Number.NaN,
    Infinity,
    'NaN',
    'Infinity',
    '',
    '1,5',
    '0x10',
    ' 1',
    new Numeral('1e131073'),
    new Numeral('1e-99999999999'),
  ])('refuses %o, which would stop a write to the database', (value) => {
    expect(() => toDecimal(value)).toThrow(RangeError);
  });
});
