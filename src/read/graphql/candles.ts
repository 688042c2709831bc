import type { Fragment, Queryable } from '../../database/client.ts';
import { readMembers, type Member } from '../past/members.ts';
import { momentText, until, type Moment } from '../past/moment.ts';
import { observations } from '../past/readings.ts';

/** Which candles of which coin. Times are in milliseconds; every candle begins a whole number of intervals after `originMs`. */
export interface CandleKey {
  coinId: string;
  fromMs: number;
  /** Not included. */
  toMs: number;
  intervalMs: number;
  originMs: number;
  /** Only of this source; null: of all. */
  source: string | null;
  /** As of and by the knowledge of a moment; null: now. */
  moment: Moment | null;
}

export interface CandleRow {
  start: Date;
  open: string;
  high: string;
  low: string;
  close: string;
  /** Of the last sample. */
  volume24h: string | null;
  samples: number;
}

const spanText = ({ fromMs, toMs, intervalMs, originMs, source, moment }: CandleKey): string =>
  JSON.stringify([fromMs, toMs, intervalMs, originMs, source, moment && momentText(moment)]);

export const candleKeyText = (key: CandleKey): string => `${spanText(key)} ${key.coinId}`;

/** The observations in USD of some coins, as `l` with the coin and `s` with the values. */
function samplesOf(
  sql: Queryable,
  moment: Moment | null,
  { coinIds, members }: { coinIds: readonly string[]; members: readonly Member[] },
  observed: Fragment,
): Fragment {
  if (moment === null || moment.isCurrent)
    return sql`read.identity_link l join read.snapshot s
      on s.source = l.source and s.source_coin_id = l.source_coin_id and s.quote_currency = 'USD'
        and l.coin_id = any(${[...coinIds]}) and ${observed}`;
  const asked = {
    source: sql`l.source`,
    sourceCoinId: sql`l.source_coin_id`,
    currency: sql`'USD'`,
    observed,
  };
  return sql`unnest(${members.map(({ source }) => source)}::text[],
      ${members.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${members.map(({ coinId }) => coinId)}::text[]) as l (source, source_coin_id, coin_id)
    cross join lateral (${observations(sql, moment, asked)}) s`;
}

/**
 * The candles of many coins over one span, exact: prices are `numeric` all the way. One range of the history's primary
 * key for each source's coin; a sample is an observation in USD.
 */
async function readSpan(
  sql: Queryable,
  { fromMs, toMs, intervalMs, originMs, source, moment }: CandleKey,
  coinIds: readonly string[],
): Promise<(CandleRow & { coinId: string })[]> {
  const end = new Date(toMs);
  const observed = sql`s.observed_at >= ${new Date(fromMs)} and s.observed_at < ${end}
    and ${moment === null ? sql`true` : sql`s.observed_at <= ${until(moment)}`}`;
  const members = moment && !moment.isCurrent ? await readMembers(sql, moment, coinIds) : [];
  const samples = samplesOf(sql, moment, { coinIds, members }, observed);
  const first = sql`order by s.observed_at, s.stream, s.version, s.record_index`;
  const last = sql`order by s.observed_at desc, s.stream desc, s.version desc, s.record_index desc`;
  return sql<(CandleRow & { coinId: string })[]>`
    select l.coin_id,
      date_bin(${intervalMs} * interval '1 millisecond', s.observed_at, ${new Date(originMs)}) as start,
      (array_agg(s.price ${first}))[1] as open, max(s.price) as high, min(s.price) as low,
      (array_agg(s.price ${last}))[1] as close, (array_agg(s.volume_24h ${last}))[1] as volume_24h,
      count(*) as samples
    from ${samples}
    where s.price is not null and ${source === null ? sql`true` : sql`l.source = ${source}`}
    group by 1, 2 order by 1, 2`;
}

/** Candles by `candleKeyText`, oldest first; what spans the same time is read in one statement. Empty ones are absent. */
export async function readCandles(
  sql: Queryable,
  keys: readonly CandleKey[],
): Promise<Map<string, CandleRow[]>> {
  const found = new Map<string, CandleRow[]>();
  for (const own of Map.groupBy(keys, spanText).values()) {
    const [span] = own;
    if (!span) continue;
    const rows = await readSpan(
      sql,
      span,
      own.map(({ coinId }) => coinId),
    );
    const byCoin = Map.groupBy(rows, ({ coinId }) => coinId);
    for (const key of own) found.set(candleKeyText(key), byCoin.get(key.coinId) ?? []);
  }
  return found;
}
