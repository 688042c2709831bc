import { hash } from 'node:crypto';
import type { LogEvent } from '../../log/event.ts';
import type { CoinRecord, ListingRecord, SourceCoinRef } from '../../sources/record.ts';

/** A row of `listing`, with its columns' names as keys. */
export interface ListingRow {
  source: string;
  source_coin_id: string;
  stream: string;
  part: string;
  symbol: string | null;
  name: string | null;
  is_active: boolean | null;
  contracts: ListingRecord['contracts'];
  mapped_ids: SourceCoinRef[];
  declared_ids: SourceCoinRef[];
  content_digest: string;
  processed_at: string;
  version: number;
  record_index: number;
}

type Said = Omit<ListingRecord, 'kind'> & { declaredIds: SourceCoinRef[] };

function rowOf(event: LogEvent, source: string, said: Said): ListingRow {
  const { index, sourceCoinId, part = '', symbol, name, isActive, contracts, mappedIds, declaredIds } = said;
  const content = JSON.stringify([symbol, name, isActive, contracts, mappedIds, declaredIds]);
  return {
    source,
    source_coin_id: sourceCoinId,
    stream: event.stream,
    part,
    symbol,
    name,
    is_active: isActive,
    contracts,
    mapped_ids: mappedIds,
    declared_ids: declaredIds,
    content_digest: hash('md5', content, 'hex'),
    processed_at: event.recordedAt.toISOString(),
    version: event.version,
    record_index: index,
  };
}

/** Pure: what a record of a directory says. */
export const listingRow = (event: LogEvent, source: string, record: ListingRecord): ListingRow =>
  rowOf(event, source, { ...record, declaredIds: [] });

/**
 * Pure: which ids of other sources the coins of an event are declared to be. A history has thousands of rows of a coin
 * that all say the same: only what changes is a row.
 */
export function declaredRows(event: LogEvent, source: string, coins: readonly CoinRecord[]): ListingRow[] {
  const last = new Map<string, string>();
  return coins.flatMap(({ index, sourceCoinId, declaredIds = [] }) => {
    if (declaredIds.length === 0) return [];
    const unknown = { symbol: null, name: null, isActive: null, contracts: [], mappedIds: [] };
    const row = rowOf(event, source, { index, sourceCoinId, ...unknown, declaredIds });
    if (last.get(sourceCoinId) === row.content_digest) return [];
    last.set(sourceCoinId, row.content_digest);
    return row;
  });
}
