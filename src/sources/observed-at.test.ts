import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observedAt, parseTime } from './observed-at.ts';

const receivedAt = new Date('2026-01-01T00:00:00Z');

describe('observedAt', () => {
  it.each(['2025-12-31T23:59:00Z', '2026-01-01T00:05:00.000Z', '2009-01-01T00:00:00Z'])(
    "believes the source's %s",
    (time) => {
      expect(observedAt(new Date(time), receivedAt)).toEqual({
        observedAt: new Date(time),
        observedAtBasis: 'source',
      });
    },
  );

  it.each(['2099-01-01T00:00:00Z', '2026-01-01T00:05:00.001Z', '2008-12-31T23:59:59Z', 'nonsense'])(
    'puts our own time in place of %s',
    (time) => {
      expect(observedAt(new Date(time), receivedAt)).toEqual({
        observedAt: receivedAt,
        observedAtBasis: 'received',
      });
    },
  );

  it('takes our own time where the source has none', () => {
    expect(observedAt(null, receivedAt).observedAtBasis).toBe('received');
  });
});

describe('parseTime', () => {
  it('reads back every time that a Date writes', () => {
    const date = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (time) => {
        expect(parseTime(time.toISOString())).toEqual(time);
      }),
    );
  });

  it.each([
    ['2019-09-06T12:40:34Z', '2019-09-06T12:40:34.000Z'],
    ['2019-09-06T12:40:34', '2019-09-06T12:40:34.000Z'],
    ['2019-09-06 12:40:34+02:00', '2019-09-06T10:40:34.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T00:00:00.123456789Z', '2024-02-29T00:00:00.123Z'],
  ])('reads %s in UTC wherever it runs', (text, time) => {
    expect(parseTime(text)?.toISOString()).toBe(time);
  });

  it.each(['', '1', 'yesterday', '2021-02-30T00:00:00Z', '2021-13-01', '2021-01-01T25:00:00Z', '06-09-19'])(
    'takes %j for no time',
    (text) => {
      expect(parseTime(text)).toBeNull();
    },
  );
});
