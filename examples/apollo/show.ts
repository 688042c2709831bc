import type { ApolloClient } from '@apollo/client';
import type { Subscription } from 'rxjs';
import { TopCoinsDocument, type CoinFieldsFragment } from './generated/graphql.ts';

function lineOf({ rank, symbol, name, priceUsd, percentChange24h }: CoinFieldsFragment): string {
  const price = priceUsd === null ? 'no price' : `$${priceUsd}`;
  const change = percentChange24h === null ? '' : ` (${percentChange24h} % in 24 hours)`;
  return `${rank ?? '-'} ${symbol ?? ''} ${name}: ${price}${change}`;
}

/** Writes the top coins, then each that has changed, whatever it was that changed it in the cache. */
export function showTopCoins(
  client: ApolloClient,
  first: number,
  write: (line: string) => void,
): Subscription {
  const shown = new Map<string, string>();
  return client.watchQuery({ query: TopCoinsDocument, variables: { first } }).subscribe({
    next: ({ data, dataState, error }) => {
      if (error) write(`The coins cannot be asked for: ${error.message}`);
      if (dataState !== 'complete') return;
      for (const coin of data.coins.nodes) {
        const line = lineOf(coin);
        if (shown.get(coin.id) !== line) write(line);
        shown.set(coin.id, line);
      }
    },
  });
}
