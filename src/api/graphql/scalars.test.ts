import { Kind } from 'graphql';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DateTime, Decimal, SafeInt } from './scalars.ts';

describe('DateTime', () => {
  it('prints any moment so that it reads back as the same', () => {
    const years = {
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-01-01T00:00:00Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (moment) => {
        expect(DateTime.parseValue(DateTime.serialize(moment))).toEqual(moment);
      }),
    );
  });

  it('reads another zone', () => {
    expect(DateTime.parseValue('2026-11-20T10:00+02:00')).toEqual(new Date('2026-11-20T08:00:00Z'));
  });

  it.each(['2026-11-20', 'now', '20 Nov 2026', '2026-13-20T10:00:00Z', '2026-11-20T10:00:00', '', null, 5])(
    'refuses %j',
    (value) => expect(() => DateTime.parseValue(value)).toThrow('DateTime'),
  );
});

describe('SafeInt', () => {
  it('takes whole numbers to 2^53 and refuses the next one', () => {
    expect(SafeInt.serialize(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => SafeInt.serialize(2 ** 53)).toThrow('SafeInt');
    expect(() => SafeInt.parseLiteral({ kind: Kind.FLOAT, value: '1.5' })).toThrow('SafeInt');
  });
});

describe('Decimal', () => {
  it('keeps every digit, and never has an exponent', () => {
    expect(Decimal.serialize('0.000000000000000000012345678901234567890')).toBe(
      '0.000000000000000000012345678901234567890',
    );
    expect(() => Decimal.serialize('1e-7')).toThrow('Decimal');
    expect(() => Decimal.serialize(1.5)).toThrow('Decimal');
  });
});
