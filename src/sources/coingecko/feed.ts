import { checkArray, readValues } from '../array-page.ts';
import { rawArray } from '../raw-array.ts';
import type { PollFeed } from '../source.ts';
import { marketFields } from './payload-fields.ts';
import { rankedCoins, toRecords } from './records.ts';

/** The most that the API gives. */
const coinsPerPage = 250;

/** The market of the largest coins, page by page, in one currency. */
export const markets: PollFeed = {
  kind: 'poll',
  stream: 'coingecko.markets',
  request: (settings, page) => ({
    path: '/coins/markets',
    params: {
      vs_currency: settings.currency.toLowerCase(),
      // A ranking shifts between two pages; ids do not, so a sweep over all coins gets each of them once.
      order: settings.pages === 'all' ? 'id_asc' : 'market_cap_desc',
      per_page: coinsPerPage,
      page,
      // The default rounds large prices.
      precision: 'full',
      price_change_percentage: '1h,24h,7d,30d',
    },
  }),
  // The answer has no total and no next link: the end is a short or empty page.
  check: (body, request) => checkArray(body, Number(request.params['per_page'] ?? coinsPerPage)),
  fields: marketFields,
  readValues,
  rankedCoins,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
