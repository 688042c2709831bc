import type { Source } from '../source.ts';
import { markets } from './feed.ts';
import { list } from './list.ts';
import { sandbox } from './sandbox.ts';
import { settings, variables } from './settings.ts';

/** CoinGecko, API v3: the largest coins by market cap. */
export const coingecko: Source = {
  name: 'coingecko',
  title: 'CoinGecko',
  variables,
  // One page every five minutes is 8,640 of the 10,000 calls a month of a demo key.
  schedule: '*/5 * * * *',
  staleAfterMs: 15 * 60_000,
  settings,
  feed: markets,
  directories: [list],
  sandbox,
};
