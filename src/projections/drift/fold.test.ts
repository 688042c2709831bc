import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractOf, foldDrift, type DriftInput, type FeedDrift } from './fold.ts';
import { enforce } from './contract.ts';
import type { DriftMode } from './modes.ts';
import { shapeOf } from './shape-of.ts';
import { briefly, createTestFeed, testFields } from './testing.ts';

const names = fc.constantFrom('id', 'price', 'rank', 'quotes', 'extra', 'odd', '__proto__');
const record = fc.dictionary(names, fc.oneof(fc.constant(null), fc.integer(), fc.jsonValue({ maxDepth: 2 })));
const page = fc.array(record, { maxLength: 30 });
const params = fc.constantFrom({}, { extra: true }, { currency: 'eur' });
const contracts: DriftMode[] = ['freeze', 'discard-record', 'discard-value'];

const coins = (fields: Record<string, unknown>, count = 30): unknown[] =>
  Array.from({ length: count }, (_, index) => ({ id: `coin ${index}`, price: index, ...fields }));

describe('the fold of drift', () => {
  it('reports nothing for a run that is like the one before it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(page, { maxLength: 3 }), params, (pages, params) => {
        const feed = createTestFeed();
        feed.run({ pages, params });
        expect(feed.run({ pages, params })).toEqual([]);
        expect(feed.run({ pages: pages.toReversed(), params })).toEqual([]);
      }),
    );
  });

  it('never reports the same difference twice: after any change, the same run again is nothing new', () => {
    fc.assert(
      fc.property(fc.array(page, { maxLength: 4 }), page, params, params, (before, now, asked, askedNow) => {
        const feed = createTestFeed();
        for (const values of before) feed.run({ pages: [values], params: asked });
        const reports = feed.run({ pages: [now], params: askedNow });
        expect(new Set(reports.map(({ id }) => id)).size).toBe(reports.length);
        expect(feed.run({ pages: [now], params: askedNow })).toEqual([]);
      }),
    );
  });

  it('is the same however a run is split into pages', () => {
    fc.assert(
      fc.property(
        page,
        page,
        fc.nat(30),
        fc.constantFrom<DriftMode>('evolve', 'freeze'),
        (a, b, at, mode) => {
          const outcome = (pages: unknown[][]) => {
            const feed = createTestFeed();
            feed.run({ pages: [a], mode });
            const reports = feed.run({ pages, mode });
            return { state: feed.state(), ids: reports.map(({ id, count, sample }) => [id, count, sample]) };
          };
          expect(outcome([b.slice(0, at), [], b.slice(at)])).toEqual(outcome([b]));
        },
      ),
    );
  });

  it('names the pages that have a difference, and for an absence the run', () => {
    const feed = createTestFeed();
    feed.run({ pages: [coins({ rank: 1 })] });
    const pages = [coins({}), coins({ odd: 1 }), coins({ odd: 1, price: 'x' }), coins({})];
    // The run starts at version 4, its pages are 5 to 8, and it completes at 9.
    expect(feed.run({ pages, params: { currency: 'usd' } })).toMatchObject([
      { kind: 'FIELD_ADDED', path: 'odd', firstVersion: 6, lastVersion: 7, params: { currency: 'usd' } },
      { kind: 'TYPE_CHANGED', path: 'price', firstVersion: 7, lastVersion: 7 },
      { kind: 'FIELD_LOST', path: 'rank', firstVersion: 5, lastVersion: 9 },
    ]);
  });

  it('forgets a run that did not complete, or that another followed', () => {
    const feed = createTestFeed();
    feed.run({ pages: [coins({})] });
    const before = feed.state();
    expect(feed.run({ pages: [coins({ odd: 1 })], ending: 'ended' })).toEqual([]);
    expect(feed.state()).toEqual(before);
    const stream = { stream: 'test.feed', fields: testFields };
    const inputs: DriftInput[] = [
      { kind: 'started', runId: 'crashed' },
      {
        kind: 'page',
        runId: 'crashed',
        version: 1,
        params: {},
        mode: 'evolve',
        shape: shapeOf([{}], testFields),
      },
      { kind: 'started', runId: 'next' },
      { kind: 'completed', runId: 'crashed', version: 2 },
      { kind: 'completed', runId: 'next', version: 3 },
    ];
    const state = inputs.reduce<FeedDrift | null>(
      (state, input) => foldDrift(state, input, stream).state,
      before,
    );
    expect(state).toEqual(before);
  });

  it('learns nothing from a run without records', () => {
    const feed = createTestFeed();
    expect(feed.run({ pages: [] })).toEqual([]);
    expect(feed.run({ pages: [[]] })).toEqual([]);
    expect(contractOf(feed.state())).toBeNull();
  });

  it('stays bounded however much a feed changes', () => {
    const feed = createTestFeed();
    for (let run = 0; run < 60; run++) {
      const nested = Object.fromEntries(
        Array.from({ length: 90 }, (_, index) => [`${run} ${index}`, { [`inner ${run}`]: 1 }]),
      );
      feed.run({
        pages: [coins({ [`odd ${run % 50}`]: nested }, 2)],
        mode: run % 2 === 0 ? 'evolve' : 'freeze',
      });
    }
    const state = feed.state();
    expect(state?.baseline?.known.length).toBeLessThanOrEqual(2_001);
    expect(state?.pending.length).toBeLessThanOrEqual(500);
  });
});

describe.each(contracts)('in the mode %s', (mode) => {
  const run = (values: unknown[]) => ({ pages: [values], mode });

  it('the contract moves by acknowledgement only; until then each run has the same report', () => {
    const feed = createTestFeed();
    feed.run(run(coins({ rank: 1 })));
    const contract = contractOf(feed.state())?.map(({ path, types }) => [path, types]);
    const changed = coins({ odd: { deep: true }, price: 'x' });
    const first = feed.run(run(changed));
    expect(first.map(briefly)).toEqual([
      ['FIELD_ADDED', 'odd', null, 'object'],
      ['TYPE_CHANGED', 'price', 'number', 'string'],
      ['FIELD_LOST', 'rank', 'number', null],
    ]);
    const again = feed.run(run(changed));
    expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(contractOf(feed.state())?.map(({ path, types }) => [path, types])).toEqual(contract);
    for (const { id } of again) feed.acknowledge(id);
    expect(contractOf(feed.state())?.map(({ path, types }) => [path, types])).toEqual([
      ['', ['object']],
      ['id', ['string']],
      ['odd', ['object']],
      ['odd.deep', ['boolean']],
      ['price', ['number', 'string']],
    ]);
    expect(feed.run(run(changed))).toEqual([]);
  });

  it('a rename stays one until it is acknowledged', () => {
    const feed = createTestFeed();
    feed.run(run(coins({ market_cap: 5 })));
    const [first, again] = [feed.run(run(coins({ marketCap: 5 }))), feed.run(run(coins({ marketCap: 5 })))];
    expect(first.map(({ kind }) => kind)).toEqual(['RENAMED']);
    expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    feed.acknowledge(first[0]?.id ?? '');
    expect(feed.run(run(coins({ marketCap: 5 })))).toEqual([]);
    expect(feed.run(run(coins({ market_cap: 5 }))).map(({ kind }) => kind)).toEqual(['RENAMED']);
  });

  it('a late acknowledgement takes nothing out of the contract that is back', () => {
    const feed = createTestFeed();
    feed.run(run(coins({ rank: 1 })));
    const [lost] = feed.run(run(coins({})));
    feed.run(run(coins({ rank: 1 })));
    feed.acknowledge(lost?.id ?? '');
    expect(feed.run(run(coins({ rank: 1 })))).toEqual([]);
  });

  it('what was asked for joins the contract by itself, for no report will ask to have it acknowledged', () => {
    const feed = createTestFeed();
    feed.run(run(coins({ roi: null })));
    const asked = coins({ roi: { times: 1 }, extra: { inner: 1 } }, 10);
    expect(enforce('freeze', asked, contractOf(feed.state()), testFields).kind).toBe('page');
    expect(feed.run({ ...run(asked), params: { extra: true } })).toEqual([]);
    const paths = contractOf(feed.state())?.map(({ path }) => path);
    expect(paths).toEqual(['', 'extra', 'extra.inner', 'id', 'price', 'roi', 'roi.times']);
  });

  it('what every report of any change asks for makes the change part of the contract', () => {
    fc.assert(
      fc.property(page, page, (before, now) => {
        const feed = createTestFeed();
        feed.run(run(before));
        for (const { id } of feed.run(run(now))) feed.acknowledge(id);
        expect(feed.run(run(now))).toEqual([]);
        expect(enforce('freeze', now, contractOf(feed.state()), testFields).kind).toBe('page');
      }),
    );
  });

  it('nothing is left to report once the source may evolve', () => {
    const feed = createTestFeed();
    feed.run(run(coins({})));
    feed.run(run(coins({ odd: 1 })));
    feed.run({ pages: [coins({ odd: 1 })] });
    expect(feed.run(run(coins({ odd: 1 })))).toEqual([]);
    expect(feed.state()?.pending).toEqual([]);
  });
});
