import type { Queryable } from '../../database/client.ts';
import { consensusOf } from '../../identity/consensus.ts';
import { decimalColumns } from '../../projections/columns.ts';
import type { DecimalField } from '../../sources/record.ts';

export interface ChartAsked {
  coinId: string;
  /** Null: from the first observation on. */
  from: Date | null;
  to: Date;
  stepMs: number;
}

/** What all sources together said of a coin at the end of one step; decimals as text. */
export interface ChartPoint {
  /** Of the newest quote that counted. */
  at: Date;
  price: string;
  marketCap: string | null;
  volume24h: string | null;
}

interface Reading extends Record<DecimalField, string | null> {
  step: Date;
  source: string;
  sourceCoinId: string;
  rank: number | null;
  observedAt: Date;
}

/**
 * A coin's history in US dollars, in steps: of each source coin the last reading of a step, and of these the consensus, by the rule
 * of the live one. One range of the history's primary key for each source coin. Steps without a reading are absent.
 */
export async function readMarketChart(
  sql: Queryable,
  { coinId, from, to, stepMs }: ChartAsked,
): Promise<ChartPoint[]> {
  const columns = Object.values(decimalColumns).map((column) => `s.${column}`);
  const readings = await sql<Reading[]>`
    select distinct on (step, source, source_coin_id) step, l.source, l.source_coin_id, s.rank, s.observed_at, ${sql.unsafe(columns.join(', '))}
    from read.identity_link l
    join read.snapshot s on s.source = l.source and s.source_coin_id = l.source_coin_id and s.quote_currency = 'USD'
      and s.observed_at <= ${to} and ${from === null ? sql`true` : sql`s.observed_at >= ${from}`}
    cross join lateral (
      select date_bin(${stepMs} * interval '1 millisecond', s.observed_at, 'epoch'::timestamptz) as step) b
    where l.coin_id = ${coinId}
    order by step, source, source_coin_id, s.observed_at desc`;
  return [...Map.groupBy(readings, ({ step }) => step.getTime()).values()].flatMap((own) => {
    const { values, observedAt } = consensusOf(own.map((reading) => ({ ...reading, currency: 'USD' })));
    if (values.price === null || observedAt === null) return [];
    const { price, marketCap, volume24h } = values;
    return [{ at: observedAt, price, marketCap, volume24h }];
  });
}
