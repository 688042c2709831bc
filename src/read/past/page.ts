import { compareExact, exactOf } from '../../identity/decimal.ts';
import { compareText } from '../../identity/source-coin.ts';
import { encodeCursor, filterDigest } from '../graphql/cursor.ts';
import type { Key, KeyColumn } from '../graphql/keyset.ts';
import { assemble, type List, type Page } from '../graphql/page.ts';
import { pageRequest, type PageArguments } from '../graphql/page-request.ts';

/** Prices differ by doubles nearly always; where they do not, their last digits decide. */
function compareNumerals(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 && Number.isFinite(difference)) return difference;
  const [x, y] = [exactOf(a), exactOf(b)];
  return x === null || y === null ? 0 : compareExact(x, y);
}

function compareValues({ type, direction }: KeyColumn, a: string | null, b: string | null): number {
  // Nulls come last, whatever the direction.
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const compared = type === 'text' || type === 'uuid' ? compareText(a, b) : compareNumerals(a, b);
  return direction === 'asc' ? compared : -compared;
}

/** Pure: which of two keys comes first in an order. */
function compareKeys(columns: readonly KeyColumn[], a: Key, b: Key): number {
  for (const [place, column] of columns.entries()) {
    const compared = compareValues(column, a[place] ?? null, b[place] ?? null);
    if (compared !== 0) return compared;
  }
  return 0;
}

/** Pure: one page of rows in memory, by the same rules as one that the database finds. Throws USAGE likewise. */
export function pageOf<Row>(
  rows: readonly Row[],
  list: Pick<List<Row>, 'name' | 'order' | 'columns' | 'keyOf' | 'filter'>,
  given: PageArguments,
): Page<Row> {
  const walk = { order: `${list.name} ${list.order}`, filter: filterDigest(list.filter) };
  const request = pageRequest(given, walk, list.columns);
  const { after, before, backwards, limit } = request;
  const within = rows
    .map((row) => ({ row, key: list.keyOf(row) }))
    .filter(({ key }) => after === null || compareKeys(list.columns, key, after) > 0)
    .filter(({ key }) => before === null || compareKeys(list.columns, key, before) < 0)
    .sort((a, b) => compareKeys(list.columns, a.key, b.key))
    .map(({ row }) => row);
  const found = (backwards ? within.reverse() : within).slice(0, limit + 1);
  return {
    ...assemble(found, request),
    cursorOf: (row) => encodeCursor(walk, list.keyOf(row)),
    count: () => Promise.resolve(rows.length),
  };
}
