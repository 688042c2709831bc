import type { Queryable } from '../../database/client.ts';

/** Null: not filtered by it. `coinId` and `symbol` are parts of the text, in any case. */
export interface CoinFilter {
  source: string | null;
  coinId: string | null;
  symbol: string | null;
}

/** PostgreSQL has no such character in its text: what holds it matches nothing, and would be refused as a parameter. */
export const impossibleText = (text: string | null): boolean => text?.includes('\u0000') ?? false;

/** True when no coin can match, whatever is stored. */
export const matchesNothing = ({ source, coinId, symbol }: CoinFilter): boolean =>
  [source, coinId, symbol].some(impossibleText);

/**
 * The condition on `read.source_coin c`. `position` and not `like`: there is nothing to escape, and `%` is a percent
 * sign.
 */
export const matchingCoins = (sql: Queryable, { source, coinId, symbol }: CoinFilter) => sql`
  ${source === null ? sql`true` : sql`c.source = ${source}`}
  and ${coinId === null ? sql`true` : sql`position(lower(${coinId}::text) in lower(c.source_coin_id)) > 0`}
  and ${symbol === null ? sql`true` : sql`position(lower(${symbol}::text) in lower(c.symbol)) > 0`}`;
