import { describe, expect, it } from 'vitest';
import { createTestFeed } from './testing.ts';

type Fields = Record<string, unknown>;

function found(before: (index: number) => Fields, after: (index: number) => Fields) {
  const feed = createTestFeed();
  const page = (make: (index: number) => Fields): unknown[][] => [
    Array.from({ length: 30 }, (_, index) => ({ id: `coin ${index}`, price: index, ...make(index) })),
  ];
  feed.run({ pages: page(before) });
  return feed.run({ pages: page(after) });
}

const when = '2026-01-02T03:04:05Z';

describe('a rename', () => {
  it.each<[string, Fields, string, Fields]>([
    ['cap', { cap: 5e9 }, 'market_cap', { market_cap: 6e9 }],
    ['market_cap', { market_cap: 5e9 }, 'marketCap', { marketCap: 5e9 }],
    ['total_volume', { total_volume: 1e6 }, 'volume_24h', { volume_24h: 1.1e6 }],
    ['current_price', { current_price: 3 }, 'price_usd', { price_usd: 3 }],
    ['last_updated', { last_updated: when }, 'updated_at', { updated_at: when }],
    ['roi', { roi: { times: 1, unit: 'x' } }, 'roi_data', { roi_data: { times: 2, unit: 'x' } }],
  ])('of %s is told with its score, instead of a loss and a new field', (path, before, after, now) => {
    const reports = found(
      () => before,
      () => now,
    );
    expect(reports).toMatchObject([{ kind: 'RENAMED', path, before: path, after, count: 30 }]);
    expect(reports[0]?.score).toBeGreaterThanOrEqual(0.6);
    expect(reports[0]?.score).toBeLessThanOrEqual(1);
  });

  it.each<[string, Fields, Fields]>([
    ['another window', { percent_change_1h: 0.5 }, { percent_change_6h: 0.5 }],
    ['another type', { max_supply: 21e6 }, { max_supply_infinite: true }],
    ['another name with alike values', { title: 'abc' }, { region: 'abd' }],
    ['other values', { high: 90_000 }, { high_change: -0.00001 }],
    ['another form of text', { logo: 'https://example.org/a.png' }, { logo_at: when }],
  ])('is not seen in %s', (_what, before, after) => {
    const kinds = found(
      () => before,
      () => after,
    ).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['FIELD_ADDED', 'FIELD_LOST']);
  });

  it('is seen only beside each other, not across objects', () => {
    const reports = found(
      () => ({ roi: { times: 1, currency: 'usd' } }),
      () => ({ roi: { times: 1 }, currency: 'usd' }),
    );
    expect(reports.map(({ kind, path }) => [kind, path])).toEqual([
      ['FIELD_ADDED', 'currency'],
      ['FIELD_LOST', 'roi.currency'],
    ]);
  });

  it('pairs each field with the likeliest other, once', () => {
    const reports = found(
      (index) => ({ volume_usd: index, volume_btc: index }),
      (index) => ({ volumeUsd: index, volumeBtc: index }),
    );
    expect(reports.map(({ kind, before, after }) => [kind, before, after])).toEqual([
      ['RENAMED', 'volume_btc', 'volumeBtc'],
      ['RENAMED', 'volume_usd', 'volumeUsd'],
    ]);
  });
});
