import type { Queryable } from '../../database/client.ts';
import { decimalColumns } from '../../projections/columns.ts';
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
    from read.identity_link join read.quote using (source, source_coin_id)
    where coin_id = any(${[...coinIds]})
    order by source, source_coin_id, quote_currency`;
  return Map.groupBy(rows, (row) => row.coinId);
}

/** Why a quote has no part in its coin's consensus, or null when it has. */
export type Exclusion = 'NOT_USD' | 'NO_PRICE' | null;

/** Pure. The consensus is in USD, of what has a price. */
export function exclusionOf({ quoteCurrency, price }: Pick<QuoteRow, 'quoteCurrency' | 'price'>): Exclusion {
  if (quoteCurrency !== 'USD') return 'NOT_USD';
  return price === null ? 'NO_PRICE' : null;
}
