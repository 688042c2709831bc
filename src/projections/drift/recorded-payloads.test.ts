import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coingecko } from '../../sources/coingecko/index.ts';
import { marketFields } from '../../sources/coingecko/payload-fields.ts';
import { tickerFields } from '../../sources/coinpaprika/payload-fields.ts';
import { parseJson } from '../../sources/json.ts';
import type { RecordedParams } from '../../sources/source.ts';
import { settingsOf } from '../../sources/test-source-poll.ts';
import { briefly, createTestFeed } from './testing.ts';

const folder = join(import.meta.dirname, '../../../../shared/payloads');
const read = (path: string): unknown[] => parseJson(readFileSync(join(folder, path))) as unknown[];

const asked: RecordedParams = { vs_currency: 'usd', order: 'market_cap_desc', per_page: 100 };

/** What each request must have been: the currency and the size by the name, the windows by the body. */
const markets = [
  { file: 'markets_2021-06-24_usd_100.json', params: { ...asked, price_change_percentage: '1y' } },
  { file: 'markets_2025-03-04_eur_30.json', params: { ...asked, vs_currency: 'eur', per_page: 30 } },
  {
    file: 'markets_2025-12-29_usd_100.json',
    params: { ...asked, category: 'unknown', price_change_percentage: '1h' },
  },
];

function defaultParams(): RecordedParams {
  if (coingecko.feed.kind !== 'poll') throw new TypeError('CoinGecko is polled');
  return coingecko.feed.request(settingsOf(coingecko), 1).params;
}

describe.skipIf(!existsSync(folder))('recorded payloads (skipped where ../shared/payloads is absent)', () => {
  it('CoinGecko 2021 to 2025, each as it was asked for: nothing has changed that the requests did not ask for', () => {
    const feed = createTestFeed(marketFields, 'coingecko.markets');
    // Each has the same 26 fields with the same types. The yearly change came in 2021, the hourly one in December 2025,
    // where they were asked for. Null shares differ, but so do currency, size and category: these are other coins.
    const reports = markets.map(({ file, params }) =>
      feed.run({ pages: [read(`coingecko/${file}`)], params }),
    );
    expect(reports).toEqual([[], [], []]);
  });

  it('CoinGecko 2021 to 2025, all as answers to our own request: only the valuation is filled in now', () => {
    const feed = createTestFeed(marketFields, 'coingecko.markets');
    const reports = markets.map(({ file }) =>
      feed.run({ pages: [read(`coingecko/${file}`)], params: defaultParams() }).map(briefly),
    );
    expect(reports).toEqual([
      [],
      // Null in 65 of 100 coins in 2021, where no maximum supply was known; since then in none. The change over a year,
      // which 2021 has, we do not ask for. What is null a little more often (`roi` in 67 of 100, then in 28 of 30) may be
      // chance.
      [
        [
          'NULLS_JUMPED',
          'fully_diluted_valuation',
          'about 70% null or absent',
          'down to about 0% null or absent',
        ],
      ],
      // The hourly change, which we ask for, comes for the first time: that is what was asked for.
      [],
    ]);
  });

  it('CoinGecko: a field that we asked for and had is lost when it is gone, once', () => {
    const feed = createTestFeed(marketFields, 'coingecko.markets');
    const [, second, third] = markets.map(({ file }) => read(`coingecko/${file}`));
    const runs = [third, second, second, third, second].map((page = []) =>
      feed.run({ pages: [page], params: defaultParams() }),
    );
    const lost = runs.map((reports) => reports.filter(({ kind }) => kind === 'FIELD_LOST'));
    expect(lost.map((reports) => reports.map(briefly))).toEqual([
      [],
      [['FIELD_LOST', 'price_change_percentage_1h_in_currency', 'number', null]],
      [],
      [],
      // It came back and went again: the same report, by its id.
      [['FIELD_LOST', 'price_change_percentage_1h_in_currency', 'number', null]],
    ]);
    expect(lost[4]?.[0]?.id).toBe(lost[1]?.[0]?.id);
  });

  it('CoinPaprika 2019 to today: four new fields', () => {
    const feed = createTestFeed(tickerFields, 'coinpaprika.tickers');
    const params = { quotes: 'USD' };
    const [old, modern] = [
      read('coinpaprika/tickers_2019-09-06_usd_2541.json'),
      read('coinpaprika/tickers_modern_shape_4.json'),
    ];
    expect(feed.run({ pages: [old], params })).toEqual([]);
    const reports = feed.run({ pages: [modern], params });
    // `circulating_supply` is in two of the four, so it is not gone; four records are too few to speak of shares. `""` in
    // `ath_date` is no text but unknown. Whole numbers where fractions were are numbers.
    expect(reports.map((report) => [...briefly(report), report.count, report.sample])).toEqual([
      ['FIELD_ADDED', 'first_data_at', null, 'string', 4, '2010-07-17T00:00:00Z'],
      ['FIELD_ADDED', 'quotes.*.percent_change_15m', null, 'number', 4, 0.06],
      ['FIELD_ADDED', 'quotes.*.percent_change_30m', null, 'number', 4, -0.29],
      ['FIELD_ADDED', 'quotes.*.percent_change_6h', null, 'number', 4, 0.56],
    ]);
    expect(feed.run({ pages: [modern], params })).toEqual([]);
    // Back again with the old list: what is absent there is lost, for it was in all four. Nothing else is.
    expect(feed.run({ pages: [old], params }).map((report) => [report.kind, report.path])).toEqual([
      ['FIELD_LOST', 'first_data_at'],
      ['FIELD_LOST', 'quotes.*.percent_change_15m'],
      ['FIELD_LOST', 'quotes.*.percent_change_30m'],
      ['FIELD_LOST', 'quotes.*.percent_change_6h'],
    ]);
  });
});
