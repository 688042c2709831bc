import type { Queryable } from '../../database/client.ts';
import { decimalColumns } from '../../projections/columns.ts';
import { consensusOf, type ConsensusQuote, type ExclusionReason } from '../../identity/consensus.ts';
import type { DecimalField, TimeBasis } from '../../sources/record.ts';

/** The newest observation of a source coin in one currency; decimals as text. */
export interface QuoteRow extends Record<DecimalField, string | null> {
  coinId: string;
  source: string;
  sourceCoinId: string;
  quoteCurrency: string;
  rank: number | null;
  observedAt: Date;
  observedAtBasis: TimeBasis;
  stream: string;
  version: number;
  recordIndex: number;
}

const columns = [
  'coin_id',
  'source',
  'source_coin_id',
  'quote_currency',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'stream',
  'version',
  'record_index',
];

/** The quotes of each coin, all coins in one statement. */
export async function readQuotes(
  sql: Queryable,
  coinIds: readonly string[],
): Promise<Map<string, QuoteRow[]>> {
  const rows = await sql<QuoteRow[]>`
    select ${sql(columns)}
    from (select source, source_coin_id, coin_id from read.identity_link) l
    join read.quote using (source, source_coin_id)
    where coin_id = any(${[...coinIds]})
    order by source, source_coin_id, quote_currency`;
  return Map.groupBy(rows, (row) => row.coinId);
}

export interface JudgedRow extends QuoteRow {
  /** Why it has no part in its coin's consensus; null where it has. */
  exclusion: ExclusionReason | null;
}

/** Pure: all quotes of one coin, in a steady order, with what became of each. */
export function judgeQuotes(rows: readonly QuoteRow[]): JudgedRow[] {
  const { quotes } = consensusOf(rows.map((row) => ({ ...row, currency: row.quoteCurrency })));
  return quotes.map(({ quote, exclusion }) => ({ ...(quote as ConsensusQuote & QuoteRow), exclusion }));
}
