import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission } from './admin.ts';

const key = fc.stringMatching(/^[A-Za-z0-9_.~+/=-]{1,60}$/);

describe('admission', () => {
  it('is for the key itself only, whatever else is given', () => {
    fc.assert(
      fc.property(key, fc.oneof(key, fc.string()), (expected, given) => {
        const admit = createAdmission(expected);
        expect(admit(`Bearer ${expected}`)).toBe('admitted');
        if (given !== expected) expect(admit(`Bearer ${given}`)).toBe('refused');
        expect(admit(given)).toBe('refused');
      }),
    );
  });

  it('is for nobody where there is no key', () => {
    fc.assert(
      fc.property(fc.string(), (given) => {
        expect(createAdmission(null)(given)).toBe('disabled');
      }),
    );
    expect(createAdmission(null)(undefined)).toBe('disabled');
  });
});
