import { describe, expect, it } from 'vitest';
import { briefly, createTestFeed, type TestRun } from './testing.ts';

type Fields = Record<string, unknown>;

const many = (count: number, make: (index: number) => Fields): unknown[] =>
  Array.from({ length: count }, (_, index) => ({ id: `coin ${index}`, price: index, ...make(index) }));

/** What the last of the runs brought to light. */
function found(...runs: (unknown[] | TestRun)[]): (string | null)[][] {
  const feed = createTestFeed();
  const reports = runs.map((run) => feed.run(Array.isArray(run) ? { pages: [run] } : run));
  return (reports.at(-1) ?? []).map(briefly);
}

const plain = many(30, () => ({}));

describe('a field', () => {
  it('is added when the feed never had it before, not when it comes back', () => {
    const extended = many(30, () => ({ fresh: 1 }));
    expect(found(plain, extended)).toEqual([['FIELD_ADDED', 'fresh', null, 'number']]);
    expect(found(extended, plain, plain, extended)).toEqual([]);
  });

  it('is lost when chance cannot explain that no record has it', () => {
    const often = many(30, (index) => (index < 15 ? { rank: index } : {}));
    const rarely = many(30, (index) => (index === 0 ? { rank: index } : {}));
    expect(found(often, plain)).toEqual([['FIELD_LOST', 'rank', 'number', null]]);
    expect(
      found(
        often,
        many(5, () => ({})),
      ),
    ).toEqual([]);
    expect(found(rarely, plain)).toEqual([]);
  });

  it('that is required is lost by its absence from any number of records', () => {
    const [first] = plain;
    const rarely = [first, ...many(99, () => ({})).map((record) => ({ id: (record as Fields)['id'] }))];
    expect(found(rarely, [{ id: 'a' }])).toEqual([['FIELD_LOST', 'price', 'number', null]]);
  });

  it('that a few records lack is not lost', () => {
    expect(found(plain, [{ id: 'a' }, ...plain])).toEqual([]);
  });

  it('that is only sent if requested counts only where both runs asked for it', () => {
    const having = many(30, () => ({ extra: 1 }));
    const asking = (page: unknown[]): TestRun => ({ pages: [page], params: { extra: true } });
    // It comes or goes with the request, or comes at last: that is what was asked for.
    expect(found(plain, asking(having))).toEqual([]);
    expect(found(asking(having), plain)).toEqual([]);
    expect(found(asking(plain), asking(having))).toEqual([]);
    // It came unasked, and was not there when asked for.
    expect(found(having, asking(plain))).toEqual([]);
    const lost = [['FIELD_LOST', 'extra', 'number', null]];
    expect(found(asking(having), asking(plain))).toEqual(lost);
    expect(found(asking(having), plain, asking(plain))).toEqual(lost);
  });

  it('that nothing declares is not lost by another request, which may have been what it hung on', () => {
    const having = many(30, () => ({ odd: 1 }));
    expect(found(having, { pages: [plain], params: { other: 1 } })).toEqual([]);
    expect(found(having, { pages: [plain], params: { other: 1 } }, plain)).toEqual([
      ['FIELD_LOST', 'odd', 'number', null],
    ]);
  });
});

describe('a type', () => {
  it('is reported when it is new, with what has it, and not when it vanishes', () => {
    const feed = createTestFeed();
    const mixed = many(30, (index) => (index === 7 ? { price: 'seven' } : {}));
    feed.run({ pages: [plain] });
    expect(feed.run({ pages: [mixed] })).toMatchObject([
      { kind: 'TYPE_CHANGED', path: 'price', before: 'number', after: 'string', count: 1, sample: 'seven' },
    ]);
    expect(feed.run({ pages: [plain] })).toEqual([]);
    expect(feed.run({ pages: [mixed] })).toEqual([]);
  });

  it('is no change where all was null before, or is again', () => {
    const nulls = many(10, () => ({ rank: null }));
    const ranks = many(10, () => ({ rank: 1 }));
    expect(found(nulls, ranks)).toEqual([]);
    expect(found(ranks, nulls)).toEqual([]);
  });

  it('of whole records is one change, not the loss of all their fields', () => {
    const rows = plain.map((record) => Object.values(record as Fields));
    expect(found(plain, rows)).toEqual([['TYPE_CHANGED', '', 'object', 'array']]);
  });
});

describe('a null share', () => {
  const share = (nulls: number, params: TestRun['params'] = {}): TestRun => ({
    pages: [many(100, (index) => ({ rank: index < nulls ? null : 1 }))],
    params,
  });

  it('jumps by 20 points and more than chance allows, and says which way', () => {
    expect(found(share(10), share(60))).toEqual([
      ['NULLS_JUMPED', 'rank', 'about 10% null or absent', 'up to about 60% null or absent'],
    ]);
    expect(found(share(60), share(10))).toEqual([
      ['NULLS_JUMPED', 'rank', 'about 60% null or absent', 'down to about 10% null or absent'],
    ]);
    expect(found(share(10), share(29))).toEqual([]);
    const few = (nulls: number): unknown[] => many(20, (index) => ({ rank: index < nulls ? null : 1 }));
    expect(found(few(8), few(13))).toEqual([]);
  });

  it('counts an absent field as a null one', () => {
    const absent = many(100, (index) => (index < 50 ? {} : { rank: 1 }));
    expect(found(share(0), absent)).toMatchObject([['NULLS_JUMPED', 'rank', {}, {}]]);
    expect(found(share(50), absent)).toEqual([]);
  });

  it('is compared with that of the same request only, whatever its page', () => {
    expect(found(share(10, { currency: 'usd' }), share(60, { currency: 'eur' }))).toEqual([]);
    expect(found(share(10, { currency: 'usd' }), share(60, { currency: 'usd' }))).toHaveLength(1);
  });
});

describe('an object', () => {
  it('that comes or goes as a whole is one finding', () => {
    const having = many(30, () => ({ roi: { times: 1, in: { unit: 'usd' } } }));
    expect(found(plain, having)).toEqual([['FIELD_ADDED', 'roi', null, 'object']]);
    expect(found(having, plain)).toEqual([['FIELD_LOST', 'roi', 'object', null]]);
  });

  it('that was null in a run tells nothing of its children, and what was known of them stays', () => {
    const roi = (value: unknown): unknown[] => many(10, () => ({ roi: value }));
    expect(found(roi(null), roi({ times: 1 }))).toEqual([]);
    expect(found(roi({ times: 1, unit: 'usd' }), roi(null), roi({ times: 1 }))).toEqual([
      ['FIELD_LOST', 'roi.unit', 'string', null],
    ]);
    expect(found(roi({ times: 1 }), roi(null), roi({ times: 1, unit: 'usd' }))).toEqual([
      ['FIELD_ADDED', 'roi.unit', null, 'string'],
    ]);
  });

  it('that is a map has no fields of its own, but its members do', () => {
    const quotes = (value: unknown): unknown[] => many(30, () => ({ quotes: value }));
    expect(found(quotes({ USD: { value: 1 } }), quotes({ BTC: { value: 1 } }))).toEqual([]);
    expect(found(quotes({ USD: { value: 1 } }), quotes({}))).toEqual([]);
    expect(found(quotes({ USD: { value: 1 } }), quotes({ USD: { value: 1, fresh: 1 } }))).toEqual([
      ['FIELD_ADDED', 'quotes.*.fresh', null, 'number'],
    ]);
  });

  it('of more names than anyone reads is one finding, and its names are none later', () => {
    const named = (from: number): Fields =>
      Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`name ${from + index}`, 1]));
    const holding = (from: number): unknown[] => many(3, () => ({ roi: { ...named(from), times: 1 } }));
    const little = many(3, () => ({ roi: { times: 1 } }));
    expect(found(little, holding(0))).toEqual([['FIELD_ADDED', 'roi.*', null, 'more than 100 names']]);
    expect(found(little, holding(0), holding(1_000))).toEqual([]);
    expect(found(holding(0), holding(1_000), holding(2_000))).toEqual([]);
  });
});

it('nothing is called lost in a payload of too many paths to look at', () => {
  const huge = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`a${index}`, 1]));
  const reports = found(plain, [huge]);
  expect(reports.map(([kind, path]) => [kind, path])).toEqual([['FIELD_ADDED', '*']]);
});
