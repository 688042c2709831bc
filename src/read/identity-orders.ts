import type { IdentityOrder } from '../control/identity-decisions.ts';
import type { Queryable } from '../database/client.ts';
import { coinKey, type SourceCoin, type SourceCoinRef } from '../identity/source-coin.ts';
import { sourceCoinOf } from '../projections/identity/own-coin-id.ts';
import { resolveCoinId } from './graphql/coin-ids.ts';
import { readSourceCoinsNamed } from './source-coins.ts';

/** What an operator asks for, with what is known of the source coins that it is about. */
export type NamedOrder =
  | { kind: 'order'; order: IdentityOrder; coins: SourceCoin[] }
  /** Something in it is called so by nobody; what to do about that. */
  | { kind: 'unknown'; message: string };

const unknownCoin = (ref: SourceCoinRef): NamedOrder => ({
  kind: 'unknown',
  message: `There is no source coin ${coinKey(ref)}: a source's coin is known once it has been ingested, by the id that the source gives it ("coinlog identity list --source ${ref.source}" shows them).`,
});

/** A link of a source's coin to a coin by any id that leads to it. */
export async function orderLink(
  sql: Queryable,
  coin: SourceCoinRef,
  coinId: string,
  sources: readonly string[],
): Promise<NamedOrder> {
  const target = await resolveCoinId(sql, coinId, sources);
  if (target === null)
    return {
      kind: 'unknown',
      message: `There is no coin ${JSON.stringify(coinId)}: name it by its id, an older one, or a source's own, as coingecko:bitcoin.`,
    };
  // Nobody has decided on it yet: it gets its id with this order.
  const own = sourceCoinOf(target);
  const coins = await readSourceCoinsNamed(sql, own === null ? [coin] : [coin, own]);
  if (!coins.some((one) => coinKey(one) === coinKey(coin))) return unknownCoin(coin);
  return { kind: 'order', order: { kind: 'link', coin, to: own ?? target }, coins };
}

export async function orderUnlink(sql: Queryable, coin: SourceCoinRef): Promise<NamedOrder> {
  const coins = await readSourceCoinsNamed(sql, [coin]);
  return coins.length === 0 ? unknownCoin(coin) : { kind: 'order', order: { kind: 'unlink', coin }, coins };
}
