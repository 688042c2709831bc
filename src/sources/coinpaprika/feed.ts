import { checkArray } from '../array-page.ts';
import { rawArray } from '../raw-array.ts';
import type { PollFeed } from '../source.ts';
import { toRecords } from './records.ts';

/** Every ticker there is, in one answer. */
export const tickers: PollFeed = {
  kind: 'poll',
  stream: 'coinpaprika.tickers',
  request: (settings) => ({ path: '/tickers', params: { quotes: settings.currency } }),
  check: (body) => checkArray(body, null),
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
