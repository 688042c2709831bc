import type { Source } from '../source.ts';
import { coinsList } from './coins-list.ts';
import { contracts } from './contracts.ts';
import { tickers } from './feed.ts';
import { mappings } from './mappings.ts';
import { sandbox } from './sandbox.ts';
import { settings, variables } from './settings.ts';

/** CoinPaprika, API v1: the tickers of all coins. */
export const coinpaprika: Source = {
  name: 'coinpaprika',
  title: 'CoinPaprika',
  variables,
  // The free tickers are renewed every five minutes: 8,640 of 20,000 calls a month.
  schedule: '*/5 * * * *',
  staleAfterMs: 15 * 60_000,
  settings,
  feed: tickers,
  directories: [coinsList, contracts, mappings],
  sandbox,
};
