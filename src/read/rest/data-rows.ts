import type { Queryable } from '../../database/client.ts';
import { matchingCoins, type CoinFilter } from './coin-filter.ts';
import type { Place } from './data-place.ts';
import type { CoinList, DataTotals } from './data-totals.ts';

/** Rows, not pages. */
export interface Slice {
  /** Only those behind it; null: from the newest on. */
  behind: Place | null;
  /** How many of them to leave out first. */
  offset: number;
  limit: number;
}

/**
 * `walk` goes down `(processed_at desc, id desc)` from the new end and drops what does not match. `gather` fetches all
 * rows of the matching coins by primary key and sorts them.
 */
export type RowPlan = 'walk' | 'gather';

/** As many rows are gathered in some 20 ms, however the matching ones lie in time. */
const alwaysGather = 10_000;

/** Pure: walking is expected to pass `whole / matching` rows for each one that it keeps. */
export function choosePlan(
  { matching, whole }: Pick<DataTotals, 'matching' | 'whole'>,
  { offset, limit }: Pick<Slice, 'offset' | 'limit'>,
): RowPlan {
  if (matching === whole) return 'walk';
  const passed = (offset + limit) * (whole / Math.max(1, matching));
  return matching <= Math.max(alwaysGather, passed) ? 'gather' : 'walk';
}

const columns = (sql: Queryable) => sql`
  s.id, s.source, s.source_coin_id, s.name, s.symbol, s.quote_currency, s.price, s.market_cap, s.volume_24h,
  s.percent_change_24h, s.rank, s.processed_at`;

/**
 * One range of the index on the order. A place that is asked for within the statement is unknown to the planner, which keeps one
 * plan for good then: with a known one it planned 17 partitions anew for each page, 0.76 ms beside 0.63 of running it.
 */
const behindOf = (sql: Queryable, place: Place | null) =>
  place === null
    ? sql`true`
    : sql`(s.processed_at, s.id) < ((select ${place.processedAt}::timestamptz), (select ${place.id}::uuid))`;

/** The source coins that a filter lets through. */
const coinsOf = (sql: Queryable, filter: CoinFilter, coins: CoinList | null) =>
  coins === null
    ? sql`select c.source, c.source_coin_id from read.source_coin c where ${matchingCoins(sql, filter)}`
    : sql`select c.source, c.source_coin_id
        from unnest(${coins.sources}::text[], ${coins.sourceCoinIds}::text[]) as c (source, source_coin_id)`;

/**
 * Parenthesised and compared with true, the membership test stays a hashed sub-plan: as a join the planner reads the
 * whole history and sorts it, whatever the limit.
 */
function walked(sql: Queryable, filter: CoinFilter, coins: CoinList | null, behind: Place | null) {
  const { source, coinId, symbol } = filter;
  const ofSource = source === null ? sql`true` : sql`s.source = ${source}`;
  const ofCoin = sql`((s.source, s.source_coin_id) in (${coinsOf(sql, filter, coins)})) is true`;
  const condition = coinId === null && symbol === null ? ofSource : ofCoin;
  return sql`select ${columns(sql)} from read.snapshot s where ${condition} and ${behindOf(sql, behind)}`;
}

/** `offset 0` keeps the lateral a look-up per coin. */
const gathered = (sql: Queryable, filter: CoinFilter, coins: CoinList | null, behind: Place | null) => sql`
  select s.* from (${coinsOf(sql, filter, coins)}) c
  cross join lateral (
    select ${columns(sql)} from read.snapshot s
    where s.source = c.source and s.source_coin_id = c.source_coin_id
      and ${behindOf(sql, behind)} offset 0) s`;

// Lengths are rounded up to it: each has a statement of its own.
const step = 64;

/**
 * Which of the rows. A length that is written into the statement lets PostgreSQL keep one plan for good; with one that is
 * handed over it plans anew each time, which for 17 partitions takes longer than the page itself (9.3 ms instead of 3.8 on a
 * busy machine).
 */
const range = (sql: Queryable, { offset, limit }: Slice) => {
  const rounded = sql.unsafe(String(Math.ceil(limit / step) * step));
  return offset === 0 ? sql`limit ${rounded}` : sql`limit ${rounded} offset ${offset}`;
};

/** What to read, by which plan; `coins` as far as they are known. */
export interface RowsAsked {
  filter: CoinFilter;
  coins: CoinList | null;
  slice: Slice;
  plan: RowPlan;
}

/**
 * Rows of the history, newest recorded first, the id deciding between equals. Each is written as JSON by the database: as 600
 * values a page cost this process, which is one thread, more than all the rest of an answer (1.7 ms of its time an answer
 * instead of 0.9). Links are looked up row by row: a prepared plan that does not know the limit would hash all 30,000 of them
 * (measured: 3.8 ms instead of 0.8).
 */
export async function readDataRows(
  sql: Queryable,
  { filter, coins, slice, plan }: RowsAsked,
): Promise<string[]> {
  const rows = (plan === 'walk' ? walked : gathered)(sql, filter, coins, slice.behind);
  const found = await sql<{ json: string }[]>`
    select row_to_json(shown)::text as json
    from (${rows} order by processed_at desc, id desc ${range(sql, slice)}) p
    left join lateral (
      select coin_id from read.identity_link
      where source = p.source and source_coin_id = p.source_coin_id offset 0) l on true
    cross join lateral (
      select p.id, p.source_coin_id as coin_id, p.name, p.symbol,
        case when p.quote_currency = 'USD' then p.price end as price_usd,
        case when p.quote_currency = 'USD' then p.market_cap end as market_cap_usd,
        case when p.quote_currency = 'USD' then p.volume_24h end as volume_24h_usd,
        p.rank, p.percent_change_24h, p.source,
        to_char(p.processed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as processed_at,
        l.coin_id as canonical_coin_id) shown
    order by p.processed_at desc, p.id desc`;
  return found.slice(0, slice.limit).map(({ json }) => json);
}
