import { z } from 'zod';
import { checkArray, readArray, readValues } from '../array-page.ts';
import { sourceCoinId } from '../fields.ts';
import type { PayloadFields } from '../payload-fields.ts';
import { rawArray } from '../raw-array.ts';
import type { ListingRecord, SourceRecord } from '../record.ts';
import type { DirectoryFeed, PayloadEvent } from '../source.ts';
import { coinsList, idsByRank } from './coins-list.ts';

/** One mapping of `/coins/mappings`. Ids of providers that are no source of ours are kept in the log alone. */
const mapping = z.object({ coinpaprika: sourceCoinId, coingecko: z.string().nullish() });

/** The coins of an answer, which is one: or none, where nothing is known of the id that was asked about. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  return readArray(event, mapping, ({ coinpaprika, coingecko }, index): ListingRecord => ({
    kind: 'listing',
    index,
    sourceCoinId: coinpaprika,
    symbol: null,
    name: null,
    isActive: null,
    contracts: [],
    mappedIds: sourceCoinId.safeParse(coingecko).success
      ? [{ source: 'coingecko', sourceCoinId: coingecko ?? '' }]
      : [],
  }));
}

const fields: PayloadFields = {
  required: ['coinpaprika'],
  optional: ['coinmarketcap', 'coingecko', 'cryptocompare', 'isin', 'dti', 'updated_at'],
  ifRequested: [],
  maps: [],
  emptyIsNull: true,
};

/** Which coins of other providers its largest coins are. It takes one id a request: there is no list of all. */
export const mappings: DirectoryFeed = {
  kind: 'poll',
  stream: 'coinpaprika.mappings',
  title: "CoinPaprika's mapping of ids",
  // Once a week: 2,000 of the 5,000,000 calls a month of the only plans that have it.
  schedule: '47 3 * * 1',
  pages: 400,
  pagesApart: true,
  subjects: { stream: coinsList.stream, idsOf: idsByRank },
  // A key does not tell its plan: one below Business is refused with the first request, and that stops this feed alone.
  unavailable: ({ plan }) => (plan === 'free' ? 'it needs a key of the Business plan' : null),
  request: ({ subjects = [] }, page) => ({
    path: '/coins/mappings',
    params: { coinpaprika: subjects[page - 1] ?? '' },
  }),
  check: (body) => {
    const checked = checkArray(body, null);
    // The end is that of the coins to ask about.
    return checked.kind === 'page' ? { ...checked, last: false } : checked;
  },
  fields,
  readValues,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
