import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextMonth } from './budget.ts';

describe('the next month', () => {
  it('begins at midnight UTC on the first, whatever the zone of the machine', () => {
    expect(nextMonth(new Date('2026-11-30T23:59:59.999Z'))).toEqual(new Date('2026-12-01T00:00:00Z'));
    expect(nextMonth(new Date('2026-12-01T00:00:00Z'))).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(nextMonth(new Date('2028-01-31T12:00:00Z'))).toEqual(new Date('2028-02-01T00:00:00Z'));
  });

  it('is never now, never past and never more than 31 days away', () => {
    const times = fc.date({ min: new Date('2009-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(times, (now) => {
        const waitMs = nextMonth(now).getTime() - now.getTime();
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(31 * 86_400_000);
      }),
    );
  });
});
