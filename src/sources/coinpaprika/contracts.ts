import { z } from 'zod';
import { CoinlogError } from '../../errors.ts';
import { checkArray, readArray, readValues } from '../array-page.ts';
import { sourceCoinId } from '../fields.ts';
import type { PayloadFields } from '../payload-fields.ts';
import { rawArray } from '../raw-array.ts';
import type { ListingRecord, SourceRecord } from '../record.ts';
import type { DirectoryFeed, PayloadEvent } from '../source.ts';

/**
 * The platforms that are asked for, a page each: those whose tokens CoinGecko lists under a name of its own that is
 * known (see `identity/contracts.ts`). Contracts of any other could be compared with nothing.
 */
export const platforms = [
  'eth-ethereum',
  'bnb-binance-coin',
  'matic-polygon',
  'sol-solana',
  'avax-avalanche',
  'arb-arbitrum',
  'op-optimism',
  'base-base',
  'ftm-fantom',
  'celo-celo',
  'gno-gnosis',
  'trx-tron',
  'zksync-zksync',
] as const;

const pathOf = (platform: string): string => `/contracts/${platform}`;

const pageMetadata = z.object({ request: z.object({ path: z.string().regex(/\/contracts\/[^/]+$/) }) });

/** The body does not say its platform; only the request does. */
function platformOf(event: PayloadEvent): string {
  const path = pageMetadata.safeParse(event.metadata).data?.request.path;
  if (path === undefined)
    throw new CoinlogError('FOLD_FAILED', 'the request of the page names no platform of its contracts');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** One contract of `/contracts/{platform}`. Whether it is active is not told in the OpenAPI file, and sent. */
const contract = z.object({
  address: sourceCoinId,
  id: sourceCoinId,
  active: z.boolean().nullish(),
});

/** The contracts of a platform, a record each, in the order of the answer. */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  const platform = platformOf(event);
  return readArray(event, contract, ({ address, id, active }, index): ListingRecord => ({
    kind: 'listing',
    index,
    sourceCoinId: id,
    part: `${platform} ${address}`,
    symbol: null,
    name: null,
    isActive: active ?? null,
    contracts: [{ platform, address }],
    mappedIds: [],
  }));
}

const fields: PayloadFields = {
  required: ['address', 'id'],
  optional: ['type', 'active'],
  ifRequested: [],
  maps: [],
  emptyIsNull: true,
};

/** The contracts of every platform that two sources know, a platform a page. */
export const contracts: DirectoryFeed = {
  kind: 'poll',
  stream: 'coinpaprika.contracts',
  title: "CoinPaprika's list of contracts",
  // 13 calls a day are 403 of the 20,000 calls a month of the free plan.
  schedule: '43 3 * * *',
  pages: platforms.length,
  pagesApart: true,
  request: (_settings, page) => ({ path: pathOf(platforms[page - 1] ?? ''), params: {} }),
  check: (body, { path }) => {
    const checked = checkArray(body, null);
    return checked.kind === 'page' ? { ...checked, last: path === pathOf(platforms.at(-1) ?? '') } : checked;
  },
  fields,
  readValues,
  toRecords,
  rawRecords: (event) => rawArray(event.payload),
};
