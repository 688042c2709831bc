import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoinlogError } from '../../errors.ts';
import { type FaultName, faultList, faultNames } from './catalogue.ts';
import { drawFault, parseFaultProfile } from './profile.ts';

function refusal(text: string): string {
  try {
    parseFaultProfile(text);
  } catch (error) {
    if (error instanceof CoinlogError && error.code === 'USAGE') return error.message;
    throw error;
  }
  return 'accepted';
}

function drawMany(text: string, count: number): (FaultName | null)[] {
  const profile = parseFaultProfile(text);
  return Array.from({ length: count }, (_, index) => drawFault(profile, index + 1));
}

describe('the catalogue', () => {
  it('names every fault in kebab case and says what it is in one line', () => {
    for (const { name, about } of faultList) {
      expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(about).toMatch(/^.{10,90}$/);
    }
    expect(faultList.length).toBeGreaterThan(35);
  });
});

describe('a profile', () => {
  it('is a name alone, for every request', () => {
    expect(parseFaultProfile('silent')).toEqual({
      shares: [{ fault: 'silent', share: 1 }],
      seed: 1,
      after: 0,
      times: null,
    });
  });

  it('is a mix with settings, in any order and with blanks', () => {
    expect(parseFaultProfile('seed=7, rate-limited-now:0.2,after=3 ,reset-mid-body:.1,times=2')).toEqual({
      shares: [
        { fault: 'rate-limited-now', share: 0.2 },
        { fault: 'reset-mid-body', share: 0.1 },
      ],
      seed: 7,
      after: 3,
      times: 2,
    });
  });

  it('spreads "all" over every fault, beside one of its own', () => {
    const { shares } = parseFaultProfile('all:0.42,silent:0.5');
    expect(shares.map(({ fault }) => fault)).toEqual([...faultNames, 'silent']);
    expect(shares[0]?.share).toBeCloseTo(0.42 / faultNames.length);
  });

  it('takes any mix that adds up to 1 at most', () => {
    const parts = fc.uniqueArray(fc.constantFrom(...faultNames), { minLength: 1 });
    fc.assert(
      fc.property(parts, fc.nat(999_999_999), (names, seed) => {
        const text = [...names.map((name) => `${name}:${1 / names.length}`), `seed=${seed}`].join(',');
        const profile = parseFaultProfile(text);
        expect(profile.shares.map(({ fault }) => fault)).toEqual(names);
        expect(profile.seed).toBe(seed);
      }),
    );
  });

  it.each([
    ['', 'there is no fault ""'],
    ['quiet', 'there is no fault "quiet"'],
    ['toString', 'there is no fault "toString"'],
    ['silent,,html-200:0', 'there is no fault ""'],
    ['silent:2', 'is not NAME:PROBABILITY'],
    ['silent:-0.1', 'is not NAME:PROBABILITY'],
    ['silent:', 'is not NAME:PROBABILITY'],
    ['silent:0.1:0.2', 'is not NAME:PROBABILITY'],
    ['silent:0.1,silent:0.2', '"silent" is there twice'],
    ['silent:0.6,html-200:0.5', 'add up to 1.1'],
    ['silent,html-200', 'add up to 2'],
    ['seed=1', 'it names no fault'],
    ['silent,seed=-1', 'is no whole number'],
    ['silent,times=1.5', 'is no whole number'],
    ['silent,seed=1,seed=2', '"seed" is there twice'],
    ['silent,speed=2', 'there is no fault "speed=2"'],
  ])('refuses "%s" and lists the names', (text, reason) => {
    const message = refusal(text);
    expect(message).toContain(reason);
    for (const name of faultNames) expect(message).toContain(name);
    expect(message).not.toContain('\n');
  });

  it('refuses any other text as wrong usage, never in another way', () => {
    const piece = fc.constantFrom('silent', 'all', ':', ',', '0.5', '1e3', '=', 'seed', 'times', '-', ' ');
    const almost = fc.array(piece).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        expect(refusal(text)).toMatch(/^(accepted$|--faults: )/);
      }),
    );
  });
});

describe('the draw', () => {
  it('is the same for the same seed, and another for another', () => {
    const mix = 'silent:0.3,html-200:0.3';
    expect(drawMany(`${mix},seed=7`, 100)).toEqual(drawMany(`${mix},seed=7`, 100));
    expect(drawMany(`${mix},seed=7`, 100)).not.toEqual(drawMany(`${mix},seed=8`, 100));
  });

  it.each([1, 2, 3])('gives each fault its share (seed %i)', (seed) => {
    const draws = drawMany(`silent:0.3,html-200:0.1,firewall:0.05,seed=${seed}`, 10_000);
    const shareOf = (fault: FaultName | null) => draws.filter((drawn) => drawn === fault).length / 10_000;
    for (const [fault, share] of [
      ['silent', 0.3],
      ['html-200', 0.1],
      ['firewall', 0.05],
      [null, 0.55],
    ] as const) {
      expect(Math.abs(shareOf(fault) - share)).toBeLessThan(0.02);
    }
  });

  it('comes to every fault with "all", and to none without a chance', () => {
    expect(new Set(drawMany('all', 2_000))).toEqual(new Set(faultNames));
    expect(new Set(drawMany('all:0', 2_000))).toEqual(new Set([null]));
  });

  it('spares the first requests', () => {
    expect(drawMany('silent,after=2', 4)).toEqual([null, null, 'silent', 'silent']);
  });
});
