import { expect, it } from 'vitest';
import type { RecordedParams } from '../source.ts';
import { settingsOf } from '../test-source-poll.ts';
import { coingecko } from './index.ts';
import { marketFields } from './payload-fields.ts';

const requestedBy = (params: RecordedParams): string[] =>
  marketFields.ifRequested.filter(({ requested }) => requested(params)).map(({ path }) => path);

it('knows which fields a request asks for', () => {
  expect(requestedBy({ vs_currency: 'usd' })).toEqual([]);
  expect(requestedBy({ price_change_percentage: '1h, 1y', sparkline: false })).toEqual([
    'price_change_percentage_1h_in_currency',
    'price_change_percentage_1y_in_currency',
  ]);
  expect(requestedBy({ sparkline: true, include_rehypothecated: 'true' })).toEqual([
    'sparkline_in_7d',
    'market_cap_rank_with_rehypothecated',
  ]);
});

it('knows the fields that our own request asks for', () => {
  if (coingecko.feed.kind !== 'poll') throw new TypeError('CoinGecko is polled');
  expect(requestedBy(coingecko.feed.request(settingsOf(coingecko), 1).params)).toEqual(
    ['1h', '24h', '7d', '30d'].map((window) => `price_change_percentage_${window}_in_currency`),
  );
});
