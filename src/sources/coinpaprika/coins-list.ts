import { z } from 'zod';
import { checkArray, readArray, readValues } from '../array-page.ts';
import { label, sourceCoinId } from '../fields.ts';
import type { PayloadFields } from '../payload-fields.ts';
import { rawArray } from '../raw-array.ts';
import type { ListingRecord, SourceRecord } from '../record.ts';
import type { DirectoryFeed, PayloadEvent } from '../source.ts';
import { cleanName, cleanSymbol } from '../text.ts';

/** One coin of `/coins`. Its rank is left to the tickers, which know when it was observed. */
const listed = z.object({
  id: sourceCoinId,
  name: label,
  symbol: label,
  is_active: z.boolean().nullish(),
});

/** The coins of the list, in its order: those that are no longer followed too. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  return readArray(event, listed, (coin, index): ListingRecord => ({
    kind: 'listing',
    index,
    sourceCoinId: coin.id,
    symbol: cleanSymbol(coin.symbol),
    name: cleanName(coin.name),
    isActive: coin.is_active ?? null,
    contracts: [],
    mappedIds: [],
  }));
}

const ranked = z.object({ id: sourceCoinId, rank: z.int().min(1), is_active: z.boolean().nullish() });

/** The ids of the coins that are followed and ranked, the largest first. */
export const idsByRank = (payload: Uint8Array): string[] =>
  readValues(payload)
    .flatMap((value) => ranked.safeParse(value).data ?? [])
    .filter(({ is_active }) => is_active !== false)
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id);

const fields: PayloadFields = {
  required: ['id', 'name', 'symbol'],
  optional: ['rank', 'is_new', 'is_active', 'type'],
  ifRequested: [],
  maps: [],
  emptyIsNull: true,
};

/** Every coin there ever was, in one answer. */
export const coinsList: DirectoryFeed = {
  kind: 'poll',
  stream: 'coinpaprika.coins',
  title: "CoinPaprika's list of coins",
  // 31 of the 20,000 calls a month of the free plan.
  schedule: '41 3 * * *',
  pages: 1,
  request: () => ({ path: '/coins', params: {} }),
  check: (body) => checkArray(body, null),
  fields,
  readValues,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
