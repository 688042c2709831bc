import { bigint, customType, integer, jsonb, pgSchema, text, timestamp, uuid } from '../drizzle.ts';
import type { DecimalField, RecordIssue } from '../sources/record.ts';

/** The live read model. Its tables are made in other schemas too: `read_next` while rebuilding. */
export const readSchema = pgSchema('read');

export const time = (name: string) => timestamp(name, { withTimezone: true });
export const count = (name: string) => bigint(name, { mode: 'number' });
export const issues = (name: string) => jsonb(name).$type<RecordIssue[]>();
/** Without limits: numeric(20,8) rounds or zeroes hundreds of real prices. */
const decimal = customType<{ data: string; driverData: string }>({ dataType: () => 'numeric' });

/** The column of each decimal field, in the order they are staged. */
export const decimalColumns: Record<DecimalField, string> = {
  price: 'price',
  marketCap: 'market_cap',
  volume24h: 'volume_24h',
  fullyDilutedValuation: 'fully_diluted_valuation',
  percentChange1h: 'percent_change_1h',
  percentChange24h: 'percent_change_24h',
  percentChange7d: 'percent_change_7d',
  percentChange30d: 'percent_change_30d',
  high24h: 'high_24h',
  low24h: 'low_24h',
  ath: 'ath',
  circulatingSupply: 'circulating_supply',
  totalSupply: 'total_supply',
  maxSupply: 'max_supply',
};

/** The values of a quote, in its own currency. */
export const valueColumns = {
  price: decimal('price'),
  marketCap: decimal('market_cap'),
  volume24h: decimal('volume_24h'),
  fullyDilutedValuation: decimal('fully_diluted_valuation'),
  percentChange1h: decimal('percent_change_1h'),
  percentChange24h: decimal('percent_change_24h'),
  percentChange7d: decimal('percent_change_7d'),
  percentChange30d: decimal('percent_change_30d'),
  high24h: decimal('high_24h'),
  low24h: decimal('low_24h'),
  ath: decimal('ath'),
  circulatingSupply: decimal('circulating_supply'),
  totalSupply: decimal('total_supply'),
  maxSupply: decimal('max_supply'),
  rank: integer('rank'),
};

/** Which source coin a row speaks of. */
export const coinKeyColumns = {
  source: text('source').notNull(),
  sourceCoinId: text('source_coin_id').notNull(),
};

/** Where a row comes from; with `observed_at` it also decides which of two rows wins. */
export const provenanceColumns = {
  observedAt: time('observed_at').notNull(),
  observedAtBasis: text('observed_at_basis').notNull(),
  processedAt: time('processed_at').notNull(),
  stream: text('stream').notNull(),
  version: count('version').notNull(),
  recordIndex: integer('record_index').notNull(),
};

export { integer, text, uuid };
