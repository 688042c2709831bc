import type { Queryable } from '../../database/client.ts';
import type { ConsensusMethod } from '../../identity/consensus.ts';
import { coinOrderIndexes } from '../../projections/coins/tables.ts';
import { decimalColumns } from '../../projections/columns.ts';
import type { DecimalField } from '../../sources/record.ts';
import { containing, countRows, given } from './fragments.ts';
import type { KeyColumn } from './keyset.ts';
import type { List } from './page.ts';
import { piece, words, type Piece } from './piece.ts';

/** A coin with its consensus, in USD; decimals as text. */
export interface CoinRow extends Record<DecimalField, string | null> {
  coinId: string;
  symbol: string | null;
  name: string;
  imageUrl: string | null;
  rank: number | null;
  linkedSources: number;
  method: ConsensusMethod;
  /** A number as text. */
  spreadPercent: string | null;
  quotesUsed: number;
  quotesTotal: number;
  observedAt: Date | null;
}

const allColumns = [
  'coin_id',
  'symbol',
  'name',
  'image_url',
  'rank',
  ...Object.values(decimalColumns),
  'linked_sources',
  'method',
  'spread_percent',
  'quotes_used',
  'quotes_total',
  'observed_at',
];

interface Order {
  property: 'rank' | 'marketCap' | 'price' | 'volume24h' | 'percentChange24h' | 'symbol' | 'name';
  column: Omit<KeyColumn, 'direction'>;
}

/** The orders that have an index. */
const orders = {
  RANK: { property: 'rank', column: { column: 'rank', type: 'integer', nullable: true } },
  MARKET_CAP: { property: 'marketCap', column: { column: 'market_cap', type: 'numeric', nullable: true } },
  PRICE: { property: 'price', column: { column: 'price', type: 'numeric', nullable: true } },
  VOLUME_24H: { property: 'volume24h', column: { column: 'volume_24h', type: 'numeric', nullable: true } },
  PERCENT_CHANGE_24H: {
    property: 'percentChange24h',
    column: { column: 'percent_change_24h', type: 'numeric', nullable: true },
  },
  SYMBOL: { property: 'symbol', column: { column: 'symbol', type: 'text', nullable: true } },
  // Never null, but the index says where nulls would be, and only the same words use it.
  NAME: { property: 'name', column: { column: 'name', type: 'text', nullable: true } },
} as const satisfies Record<string, Order>;

export type CoinOrderName = keyof typeof orders;

export interface CoinConditions {
  ids?: string[] | null;
  symbols?: string[] | null;
  search?: string | null;
  source?: string | null;
  minPriceUsd?: number | null;
  maxPriceUsd?: number | null;
  minMarketCapUsd?: number | null;
  minVolume24hUsd?: number | null;
  minPercentChange24h?: number | null;
  maxPercentChange24h?: number | null;
  maxRank?: number | null;
  minLinkedSources?: number | null;
}

const searched = (text: string): Piece => {
  const pattern = containing(text.trim());
  return piece`(symbol ilike ${pattern} or name ilike ${pattern} or coin_id ilike ${pattern})`;
};

/** The table is small (some 30,000 rows): any of these may scan it. */
const conditions = (filter: CoinConditions): Piece[] => [
  ...given(filter.ids, (ids) => piece`coin_id = any(${ids})`),
  ...given(
    filter.symbols,
    (symbols) => piece`symbol = any(${symbols.map((symbol) => symbol.toUpperCase())})`,
  ),
  ...given(filter.search?.trim() === '' ? null : filter.search, searched),
  ...given(
    filter.source,
    (source) => piece`coin_id in (select l.coin_id from read.identity_link l where l.source = ${source})`,
  ),
  ...given(filter.minPriceUsd, (least) => piece`price >= ${least}`),
  ...given(filter.maxPriceUsd, (most) => piece`price <= ${most}`),
  ...given(filter.minMarketCapUsd, (least) => piece`market_cap >= ${least}`),
  ...given(filter.minVolume24hUsd, (least) => piece`volume_24h >= ${least}`),
  ...given(filter.minPercentChange24h, (least) => piece`percent_change_24h >= ${least}`),
  ...given(filter.maxPercentChange24h, (most) => piece`percent_change_24h <= ${most}`),
  ...given(filter.maxRank, (most) => piece`rank <= ${most}`),
  ...given(filter.minLinkedSources, (least) => piece`linked_sources >= ${least}`),
];

const asText = (value: string | number | null): string | null => (value === null ? null : String(value));

/** The coins that meet a filter, in one of the orders. Of a row only the columns that are asked for are there. */
export function coinList(
  filter: CoinConditions,
  order: CoinOrderName,
  direction: 'asc' | 'desc',
  asked: readonly string[] = allColumns,
): List<CoinRow> {
  const { property, column } = orders[order];
  const own = conditions(filter);
  // Its place in the list is made of these.
  const selected = words([...new Set(['coin_id', column.column, ...asked])].join(', '));
  return {
    name: 'coins',
    order: `${order} ${direction}`,
    columns: [
      { ...column, direction, indexed: coinOrderIndexes[column.column] },
      { column: 'coin_id', type: 'text', direction: 'asc', nullable: false },
    ],
    keyOf: (row) => [asText(row[property]), row.coinId],
    filter,
    isShort: own.length === 0,
    conditions: () => own,
    rows: (where, { orderBy, limit }) =>
      piece`select ${selected} from read.coin where ${where} order by ${orderBy} limit ${limit}`,
    count: (sql, where) => countRows(sql, piece`read.coin`, where),
  };
}

/** Coins by their canonical ids. */
export async function readCoinsById(
  sql: Queryable,
  coinIds: readonly string[],
): Promise<Map<string, CoinRow>> {
  const rows = await sql<
    CoinRow[]
  >`select ${sql(allColumns)} from read.coin where coin_id = any(${[...coinIds]})`;
  return new Map(rows.map((row) => [row.coinId, row]));
}
