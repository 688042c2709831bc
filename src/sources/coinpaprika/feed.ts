import { checkArray, readValues } from '../array-page.ts';
import { rawArray } from '../raw-array.ts';
import type { PollFeed } from '../source.ts';
import { tickerFields } from './payload-fields.ts';
import { toRecords } from './records.ts';

/** Every ticker there is, in one answer. */
export const tickers: PollFeed = {
  kind: 'poll',
  stream: 'coinpaprika.tickers',
  request: (settings) => ({ path: '/tickers', params: { quotes: settings.currency } }),
  check: (body) => checkArray(body, null),
  fields: tickerFields,
  readValues,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
