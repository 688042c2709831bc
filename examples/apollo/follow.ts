import type { ApolloClient } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { concatMap, defer, map, repeat, retry, throwError, timer, type Observable } from 'rxjs';
import {
  CoinFieldsFragmentDoc,
  CoinsChangedDocument,
  type CoinsChangedSubscription,
} from './generated/graphql.ts';

export type CoinsChange = CoinsChangedSubscription['coinsChanged'];

export interface FollowOptions {
  /** How long until the first new attempt; it doubles with each that fails. */
  retryMs?: number;
}

const longestMs = 30_000;

// What is over in a moment. Any other answer that is an error will be one the next time too.
const passing = new Set<unknown>(['NOT_READY', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR']);
const isPassing = (error: unknown): boolean =>
  !CombinedGraphQLErrors.is(error) ||
  error.errors.every(({ extensions }) => passing.has(extensions?.['code']));

/**
 * Keeps coins in the cache as they are now, and tells of each change once the cache has it. Whenever the socket is
 * lost it connects anew and goes on from where it was; it ends with an error that would come again.
 */
export function followCoins(
  client: ApolloClient,
  ids: readonly string[],
  { retryMs = 1_000 }: FollowOptions = {},
): Observable<CoinsChange> {
  // Up to here the cache has everything.
  let known: number | null = null;

  async function take(change: CoinsChange): Promise<CoinsChange> {
    const { version, resync, removedIds, coins } = change;
    const isAnew = known === null || resync;
    // At first, too: something may have changed between the query and the subscription.
    if (isAnew || removedIds.length > 0) await client.refetchQueries({ include: 'active' });
    client.cache.batch({
      update: (cache) => {
        for (const coin of coins) cache.writeFragment({ fragment: CoinFieldsFragmentDoc, data: coin });
      },
    });
    // The first message after a return has the version now, but what was missed comes in the one after it: should
    // the socket be lost between the two, it must be asked for again.
    if (isAnew || removedIds.length > 0 || coins.length > 0) known = version;
    return change;
  }

  return defer(() =>
    client.subscribe({
      query: CoinsChangedDocument,
      variables: { ids: [...ids], afterVersion: known },
      // The cache is written in `take`, after a refetch that is under way and never before it.
      fetchPolicy: 'no-cache',
    }),
  ).pipe(
    map(({ data, error }) => {
      if (!data) throw error ?? new Error('an answer without data');
      return data.coinsChanged;
    }),
    concatMap(take),
    retry({
      delay: (error, attempt) =>
        isPassing(error) ? timer(Math.min(retryMs * 2 ** (attempt - 1), longestMs)) : throwError(() => error),
      resetOnSuccess: true,
    }),
    // A server that is stopped in order ends the subscription without an error.
    repeat({ delay: () => timer(retryMs) }),
  );
}
