import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Numeral } from '../../sources/json.ts';
import type { KnownTypes } from './baseline.ts';
import { enforce } from './contract.ts';
import { contractOf } from './fold.ts';
import { driftModes, type DriftMode } from './modes.ts';
import { createTestFeed, testFields } from './testing.ts';

const sound = { id: 'a', price: 1, quotes: { USD: { value: 1, tags: ['x'] } }, rank: null };
const odd = {
  id: 'b',
  price: 'x',
  quotes: { EUR: { value: true, tags: [1, 'y'] } },
  fresh: { inner: 1 },
  rank: 2,
};
const oddIssues = [
  { path: 'price', expected: 'number', received: '"x"' },
  { path: 'quotes.EUR.value', expected: 'number', received: 'true' },
  { path: 'quotes.EUR.tags.0', expected: 'string', received: '1' },
  { path: 'fresh', expected: null, received: '{"inner":1}' },
].map((issue) => ({ ...issue, code: 'schema_drift' }));

function contractFrom(values: unknown[]): readonly KnownTypes[] | null {
  const feed = createTestFeed();
  feed.run({ pages: [values] });
  return contractOf(feed.state());
}
const contract = contractFrom([sound]);
const hold = (mode: DriftMode, values: unknown[]) => enforce(mode, values, contract, testFields);
const kept = (values: unknown[]) => ({
  kind: 'page',
  verdicts: values.map((value) => ({ kind: 'keep', value })),
});

describe('enforcement of the contract', () => {
  it('keeps everything as it is where the source may evolve, or before a first run has completed', () => {
    expect(hold('evolve', [odd])).toEqual(kept([odd]));
    for (const mode of driftModes) expect(enforce(mode, [odd], null, testFields)).toEqual(kept([odd]));
  });

  it('keeps what the contract knows: the very values, numbers that no double holds among them', () => {
    const values = [
      sound,
      { id: 'c', price: new Numeral('0.123456789012345678901'), quotes: '' },
      { id: '' },
    ];
    for (const mode of driftModes) {
      const enforced = hold(mode, values);
      expect(enforced).toEqual(kept(values));
      if (enforced.kind === 'page')
        for (const [index, verdict] of enforced.verdicts.entries())
          expect(verdict.kind === 'keep' && verdict.value).toBe(values[index]);
    }
  });

  it('discards a record with everything that is wrong with it, and no other', () => {
    expect(hold('discard-record', [sound, odd, sound])).toMatchObject({
      kind: 'page',
      verdicts: [
        { kind: 'keep', value: sound },
        { kind: 'discard', issues: oddIssues },
        { kind: 'keep', value: sound },
      ],
    });
  });

  it('discards a value: null where the type is unknown, left out where the field is, in a copy', () => {
    const before = structuredClone(odd);
    expect(hold('discard-value', [sound, odd])).toEqual(
      kept([sound, { id: 'b', price: null, quotes: { EUR: { value: null, tags: [null, 'y'] } }, rank: 2 }]),
    );
    expect(odd).toEqual(before);
  });

  it('freezes the whole page for any difference, told once however many records have it', () => {
    const enforced = hold('freeze', [sound, odd, odd]);
    expect(enforced).toMatchObject({ kind: 'frozen', issues: oddIssues });
  });

  it('freezes a page without a required field, and lets one pass whose records lack it here and there', () => {
    expect(hold('freeze', [{ id: 'a' }, { id: 'b' }])).toMatchObject({
      kind: 'frozen',
      issues: [{ path: 'price', code: 'schema_drift', expected: 'number', received: null }],
    });
    expect(hold('freeze', [sound, { id: 'b' }]).kind).toBe('page');
    expect(hold('freeze', []).kind).toBe('page');
    const withoutPrice = contractFrom([{ id: 'a' }]);
    expect(enforce('freeze', [{ id: 'a' }], withoutPrice, testFields).kind).toBe('page');
  });

  it('takes a field named __proto__ for one', () => {
    const value: unknown = JSON.parse('{"id":"a","__proto__":{"price":1}}');
    expect(hold('discard-record', [value])).toMatchObject({
      verdicts: [{ issues: [{ path: '__proto__' }] }],
    });
    expect(hold('discard-value', [value])).toEqual(kept([{ id: 'a' }]));
  });

  it('tells no more of a record than anyone reads', () => {
    const value = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`odd ${index}`, 1]));
    const enforced = hold('discard-record', [value]);
    const [verdict] = enforced.kind === 'page' ? enforced.verdicts : [];
    expect(verdict?.kind === 'discard' && verdict.issues.length).toBe(100);
  });

  it('finds nothing left to discard in what it has let pass', () => {
    const names = fc.constantFrom('id', 'price', 'quotes', 'fresh', '__proto__');
    const values = fc.array(fc.oneof(fc.dictionary(names, fc.jsonValue()), fc.jsonValue()), { maxLength: 5 });
    fc.assert(
      fc.property(values, (values) => {
        const once = hold('discard-value', values);
        const passed =
          once.kind === 'page'
            ? once.verdicts.map((verdict) => verdict.kind === 'keep' && verdict.value)
            : [];
        expect(passed).toHaveLength(values.length);
        expect(hold('discard-value', passed)).toEqual(once);
        expect(hold('discard-record', passed)).toEqual(once);
      }),
    );
  });
});
