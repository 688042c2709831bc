import type { Queryable } from '../database/client.ts';
import type { LinkMethod } from '../identity/decision.ts';
import type { SourceCoinRef } from '../identity/source-coin.ts';

/** A source's coin with the coin that it is, and what is known of both. */
export interface IdentityLinkRow extends SourceCoinRef {
  coinId: string;
  method: LinkMethod;
  confidencePercent: number;
  decidedAt: Date;
  version: number;
  symbol: string | null;
  name: string;
  /** Of the coin: a consensus. */
  rank: number | null;
  marketCap: string | null;
  linkedSources: number;
}

const rows = (sql: Queryable) => sql`
  select l.source, l.source_coin_id, l.coin_id, l.method, l.confidence_percent, l.decided_at, l.version, s.symbol,
    s.name, c.rank, c.market_cap, c.linked_sources
  from read.identity_link l
  join read.source_coin s using (source, source_coin_id)
  join read.coin c on c.coin_id = l.coin_id`;

/** What matters most comes first. */
const order = (sql: Queryable) =>
  sql`order by c.market_cap desc nulls last, c.rank nulls last, l.coin_id, l.source, l.source_coin_id`;

export interface LinkFilter {
  source?: string | undefined;
  /** Canonical. */
  coinId?: string | undefined;
  method?: LinkMethod | undefined;
}

export const readIdentityLinks = (
  sql: Queryable,
  { source, coinId, method }: LinkFilter,
  limit: number,
): Promise<IdentityLinkRow[]> =>
  sql<IdentityLinkRow[]>`
    ${rows(sql)}
    where ${source === undefined ? sql`true` : sql`l.source = ${source}`}
      and ${coinId === undefined ? sql`true` : sql`l.coin_id = ${coinId}`}
      and ${method === undefined ? sql`true` : sql`l.method = ${method}`}
    ${order(sql)} limit ${limit}`;

/** Source coins that no other source's coin is one with, and those named. */
export const readUnlinked = (sql: Queryable, named: readonly SourceCoinRef[]): Promise<IdentityLinkRow[]> =>
  sql<IdentityLinkRow[]>`
    ${rows(sql)}
    where c.linked_sources = 1 or (l.source, l.source_coin_id) in (
      select * from unnest(${named.map(({ source }) => source)}::text[],
        ${named.map(({ sourceCoinId }) => sourceCoinId)}::text[]))
    ${order(sql)}`;
