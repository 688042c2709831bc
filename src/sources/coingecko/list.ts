import { z } from 'zod';
import { checkArray, readArray, readValues } from '../array-page.ts';
import { label, sourceCoinId } from '../fields.ts';
import type { PayloadFields } from '../payload-fields.ts';
import { rawArray } from '../raw-array.ts';
import type { Contract, ListingRecord, SourceRecord } from '../record.ts';
import type { DirectoryFeed, PayloadEvent } from '../source.ts';
import { cleanName, cleanSymbol, isSourceCoinId } from '../text.ts';

/** One coin of `/coins/list`. A coin of a chain of its own has no platforms, or one without a name or an address. */
const listed = z.object({
  id: sourceCoinId,
  symbol: label,
  name: label,
  platforms: z.record(z.string(), z.string().nullable()).nullish(),
});
type Listed = z.infer<typeof listed>;

/** Its own order may change from day to day without meaning anything. */
const contractsOf = ({ platforms }: Listed): Contract[] =>
  Object.entries(platforms ?? {})
    .flatMap(([platform, address]) =>
      isSourceCoinId(platform) && address !== null && isSourceCoinId(address) ? { platform, address } : [],
    )
    .sort((a, b) => (a.platform < b.platform ? -1 : 1));

/** The coins of the list, in its order. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  return readArray(event, listed, (coin, index): ListingRecord => ({
    kind: 'listing',
    index,
    sourceCoinId: coin.id,
    symbol: cleanSymbol(coin.symbol),
    name: cleanName(coin.name),
    isActive: null,
    contracts: contractsOf(coin),
    mappedIds: [],
  }));
}

const fields: PayloadFields = {
  required: ['id', 'symbol', 'name'],
  optional: ['platforms.*'],
  ifRequested: [
    { path: 'platforms', requested: ({ include_platform }) => String(include_platform) === 'true' },
  ],
  maps: ['platforms'],
  emptyIsNull: true,
};

/** Every coin there is with its contracts, in one answer. */
export const list: DirectoryFeed = {
  kind: 'poll',
  stream: 'coingecko.list',
  title: "CoinGecko's list of coins",
  // Once a day, at a minute when nobody else asks: 31 of the 10,000 calls a month of a demo key.
  schedule: '37 3 * * *',
  pages: 1,
  request: () => ({ path: '/coins/list', params: { include_platform: true } }),
  check: (body) => checkArray(body, null),
  fields,
  readValues,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
