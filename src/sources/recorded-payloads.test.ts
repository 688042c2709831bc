import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coingecko } from './coingecko/index.ts';
import { coinpaprika } from './coinpaprika/index.ts';
import type { DecimalField, QuoteValues, SourceRecord } from './record.ts';
import type { Source } from './source.ts';
import { pageEvent, settingsOf } from './test-source-poll.ts';

const folder = join(import.meta.dirname, '../../../shared/payloads');

type Json = Record<string, unknown>;
type Fields = Partial<Record<DecimalField, string>>;

const marketFields: Fields = {
  price: 'current_price',
  marketCap: 'market_cap',
  volume24h: 'total_volume',
  fullyDilutedValuation: 'fully_diluted_valuation',
  percentChange1h: 'price_change_percentage_1h_in_currency',
  percentChange24h: 'price_change_percentage_24h',
  high24h: 'high_24h',
  low24h: 'low_24h',
  ath: 'ath',
  circulatingSupply: 'circulating_supply',
  totalSupply: 'total_supply',
};
const tickerFields: Fields = {
  circulatingSupply: 'circulating_supply',
  totalSupply: 'total_supply',
};
const tickerQuoteFields: Fields = {
  price: 'price',
  marketCap: 'market_cap',
  volume24h: 'volume_24h',
  percentChange1h: 'percent_change_1h',
  percentChange24h: 'percent_change_24h',
  percentChange7d: 'percent_change_7d',
  percentChange30d: 'percent_change_30d',
};

function read(source: Source, path: string, currency: string): { sent: Json[]; records: SourceRecord[] } {
  const body = readFileSync(join(folder, path));
  if (source.feed.kind !== 'poll') throw new TypeError(`${source.name} is not polled`);
  const request = source.feed.request(settingsOf(source, { VS_CURRENCY: currency }), 1);
  return {
    sent: JSON.parse(body.toString()) as Json[],
    records: source.feed.toRecords(pageEvent(request, body)),
  };
}

/** Where a quote says another number than the payload did. */
function differences(quote: QuoteValues, sent: Json, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([field, key]) => {
    const kept = quote[field as DecimalField];
    const isSame = (kept === null ? null : Number(kept)) === (sent[key] ?? null);
    return isSame ? [] : [`${String(sent['id'])} ${field}: sent ${String(sent[key])}, kept ${kept}`];
  });
}

const zeroAsNull = (value: unknown): unknown => (value === 0 ? null : (value ?? null));
const asNumber = (value: string | null): number | null => (value === null ? null : Number(value));

function expectCoin(record: SourceRecord | undefined, sent: Json, currency: string): QuoteValues {
  if (record?.kind !== 'coin') throw new TypeError(`not read as a coin: ${JSON.stringify(record)}`);
  const [quote] = record.quotes;
  if (quote === undefined) throw new TypeError(`no quote: ${record.sourceCoinId}`);
  expect(record.sourceCoinId).toBe(sent['id']);
  expect(quote.currency).toBe(currency);
  expect(quote.observedAt).toEqual(new Date(String(sent['last_updated'])));
  expect(asNumber(quote.maxSupply)).toBe(zeroAsNull(sent['max_supply']));
  return quote;
}

describe.skipIf(!existsSync(folder))('recorded payloads (skipped where ../shared/payloads is absent)', () => {
  it.each([
    ['coingecko/markets_2021-06-24_usd_100.json', 'USD', 100],
    ['coingecko/markets_2025-03-04_eur_30.json', 'EUR', 30],
    ['coingecko/markets_2025-12-29_usd_100.json', 'USD', 100],
  ])('%s: every coin is read with the very numbers it was sent with', (path, currency, count) => {
    const { sent, records } = read(coingecko, path, currency);
    expect(records).toHaveLength(count);
    const wrong = sent.flatMap((market, index) => {
      const quote = expectCoin(records[index], market, currency);
      expect(quote.rank).toBe(market['market_cap_rank']);
      return differences(quote, market, marketFields);
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['coinpaprika/tickers_2019-09-06_usd_2541.json', 2541],
    ['coinpaprika/tickers_modern_shape_4.json', 4],
  ])('%s: every coin is read with the very numbers it was sent with', (path, count) => {
    const { sent, records } = read(coinpaprika, path, 'usd');
    expect(records).toHaveLength(count);
    const wrong = sent.flatMap((ticker, index) => {
      const quote = expectCoin(records[index], ticker, 'USD');
      expect(quote.rank).toBe(zeroAsNull(ticker['rank']));
      const values = (ticker['quotes'] as Record<string, Json>)['USD'] ?? {};
      expect(asNumber(quote.ath)).toBe(zeroAsNull(values['ath_price']));
      return [
        ...differences(quote, ticker, tickerFields),
        ...differences(quote, { ...values, id: ticker['id'] }, tickerQuoteFields),
      ];
    });
    expect(wrong).toEqual([]);
  });
});
