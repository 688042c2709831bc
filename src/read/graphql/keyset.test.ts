import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  branchTerms,
  indexedBranches,
  orderTerms,
  rowsBetween,
  type Branch,
  type Condition,
  type Key,
  type KeyColumn,
  type OrderTerm,
} from './keyset.ts';

interface Row {
  a: string | null;
  b: string | null;
  id: string;
}
type Column = KeyColumn & { column: keyof Row };

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function meetsRow(row: Row, { columns, operator, values }: Condition & { kind: 'row' }): boolean {
  for (const [place, { column }] of columns.entries()) {
    const value = row[column as keyof Row];
    if (value === null) return false;
    const difference = compare(value, values[place] ?? '');
    if (difference !== 0) return operator === '<' ? difference < 0 : difference > 0;
  }
  return false;
}

/** What a database does with a branch. */
const meets = (row: Row, branch: Branch): boolean =>
  branch.every((condition) => {
    if (condition.kind === 'row') return meetsRow(row, condition);
    const value = row[condition.column.column as keyof Row];
    if (condition.kind === 'null') return (value === null) === condition.isNull;
    if (value === null) return false;
    const difference = compare(value, condition.value);
    return { '<': difference < 0, '>': difference > 0, '=': difference === 0 }[condition.operator];
  });

/** What a database does with an order; without a word for nulls they are larger than anything. */
const inOrder =
  (terms: readonly OrderTerm[]) =>
  (left: Row, right: Row): number => {
    for (const { column, direction, nulls } of terms) {
      const [one, other] = [left[column as keyof Row], right[column as keyof Row]];
      const nullsFirst = nulls === null ? direction === 'desc' : nulls === 'first';
      if (one === null && other === null) continue;
      if (one === null) return nullsFirst ? -1 : 1;
      if (other === null) return nullsFirst ? 1 : -1;
      if (one !== other) return direction === 'asc' ? compare(one, other) : compare(other, one);
    }
    return 0;
  };

const keyOf = (columns: readonly Column[], row: Row): Key => columns.map(({ column }) => row[column]);

interface Range {
  after: Row | null;
  before: Row | null;
}

function readPage(
  rows: Row[],
  columns: readonly Column[],
  backwards: boolean,
  limit: number,
  { after, before }: Range,
): Row[] {
  const branches = rowsBetween(columns, after && keyOf(columns, after), before && keyOf(columns, before));
  const found = indexedBranches(columns, branches)
    .flatMap((branch) =>
      rows
        .filter((row) => meets(row, branch))
        .sort(inOrder(branchTerms(columns, branch, backwards)))
        .slice(0, limit),
    )
    .sort(inOrder(orderTerms(columns, backwards)))
    .slice(0, limit);
  return backwards ? found.reverse() : found;
}

const direction = fc.constantFrom('asc' as const, 'desc' as const);
const value = fc.option(fc.constantFrom('1', '2', '3'), { nil: null });
const anyRows = fc.uniqueArray(
  fc.record({ a: value, b: value, id: fc.integer({ min: 10, max: 40 }).map(String) }),
  {
    selector: (row) => row.id,
    maxLength: 16,
  },
);
const indexed = fc.option(direction, { nil: undefined });
const anyColumns = fc.tuple(direction, direction, direction, indexed).map(([a, b, id, of]): Column[] => [
  { column: 'a', type: 'text', direction: a, nullable: true, ...(of && { indexed: of }) },
  { column: 'b', type: 'text', direction: b, nullable: true },
  { column: 'id', type: 'text', direction: id, nullable: false },
]);
const anyLimit = fc.integer({ min: 1, max: 5 });

describe('a keyset', () => {
  it('gives every row once and in order when its pages are walked forwards, whatever the ties and nulls', () => {
    fc.assert(
      fc.property(anyRows, anyColumns, anyLimit, (rows, columns, limit) => {
        const walked: Row[] = [];
        for (;;) {
          const page = readPage(rows, columns, false, limit, { after: walked.at(-1) ?? null, before: null });
          if (page.length === 0) break;
          walked.push(...page);
          expect(walked.length).toBeLessThanOrEqual(rows.length);
        }
        expect(walked).toEqual(rows.toSorted(inOrder(orderTerms(columns, false))));
      }),
    );
  });

  it('gives the same rows in the same order when its pages are walked backwards', () => {
    fc.assert(
      fc.property(anyRows, anyColumns, anyLimit, (rows, columns, limit) => {
        const walked: Row[] = [];
        for (;;) {
          const page = readPage(rows, columns, true, limit, { after: null, before: walked[0] ?? null });
          if (page.length === 0) break;
          walked.unshift(...page);
          expect(walked.length).toBeLessThanOrEqual(rows.length);
        }
        expect(walked).toEqual(rows.toSorted(inOrder(orderTerms(columns, false))));
      }),
    );
  });

  it('gives exactly the rows between two keys, each once', () => {
    fc.assert(
      fc.property(anyRows, anyColumns, fc.nat(), fc.nat(), (rows, columns, first, second) => {
        fc.pre(rows.length > 0);
        const sorted = rows.toSorted(inOrder(orderTerms(columns, false)));
        const [from, to] = [first % rows.length, second % rows.length];
        const range = { after: sorted[from] ?? null, before: sorted[to] ?? null };
        expect(readPage(rows, columns, false, 99, range)).toEqual(sorted.slice(from + 1, to));
      }),
    );
  });

  it('puts nulls last in both directions', () => {
    const rows: Row[] = [
      { a: null, b: null, id: 'x' },
      { a: '1', b: null, id: 'y' },
    ];
    for (const way of ['asc', 'desc'] as const) {
      const columns: Column[] = [
        { column: 'a', type: 'text', direction: way, nullable: true },
        { column: 'id', type: 'text', direction: 'asc', nullable: false },
      ];
      const ids = readPage(rows, columns, false, 9, { after: null, before: null }).map(({ id }) => id);
      expect(ids).toEqual(['y', 'x']);
    }
  });
});

it('nothing is looked for that is null and compared', () => {
  const rank: KeyColumn = { column: 'a', type: 'integer', direction: 'asc', nullable: true };
  const id: KeyColumn = { column: 'id', type: 'text', direction: 'asc', nullable: false };
  for (const columns of [
    [rank, id],
    [{ ...rank, direction: 'desc' as const }, id],
  ])
    for (const branch of rowsBetween(columns, ['1', 'x'], ['2', 'y']))
      expect(branch.filter((condition) => condition.kind === 'null')).toEqual([]);
});
