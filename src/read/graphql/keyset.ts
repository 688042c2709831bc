/** How a key's text is read back, and cast in a statement. */
export type KeyType = 'text' | 'integer' | 'numeric' | 'time' | 'uuid';

/** One column of an order. Nulls come last, whatever the direction; the last column of an order is unique. */
export interface KeyColumn {
  /** As the rows of the list name it. */
  column: string;
  type: KeyType;
  direction: 'asc' | 'desc';
  nullable: boolean;
  /** Of an order's first column, when its index has one direction only: that one. */
  indexed?: 'asc' | 'desc';
}

/** Where a row stands in its order: one value per column, as text. */
export type Key = readonly (string | null)[];

export type Condition =
  | { kind: 'compare'; column: KeyColumn; operator: '<' | '>' | '='; value: string }
  /** The columns compared as one, the first that differs decides. Of no row in which one of them is null. */
  | { kind: 'row'; columns: readonly KeyColumn[]; operator: '<' | '>'; values: readonly string[] }
  | { kind: 'null'; column: KeyColumn; isNull: boolean };

/** Conditions that hold together. */
export type Branch = readonly Condition[];

export interface OrderTerm {
  column: string;
  direction: 'asc' | 'desc';
  /** Null where the column has none: then an index without the word is the one that fits. */
  nulls: 'first' | 'last' | null;
}

const nullness = (column: KeyColumn, isNull: boolean): Condition => ({ kind: 'null', column, isNull });

const equal = (column: KeyColumn, value: string | null): Condition =>
  value === null ? nullness(column, true) : { kind: 'compare', column, operator: '=', value };

/** What a column's value must be for its row to come strictly after or before a value; each is a case of its own. */
function beyond(column: KeyColumn, value: string | null, side: 'after' | 'before'): Condition[] {
  if (value === null) return side === 'after' ? [] : [nullness(column, false)];
  const operator = (column.direction === 'asc') === (side === 'after') ? '>' : '<';
  const compared: Condition = { kind: 'compare', column, operator, value };
  return side === 'after' && column.nullable ? [compared, nullness(column, true)] : [compared];
}

/** Null where columns go either way, or nulls may be in the way: then rows cannot be compared as one. */
function beyondAsRow(columns: readonly KeyColumn[], key: Key, side: 'after' | 'before'): Branch[] | null {
  const [first, ...others] = columns;
  const values = key.filter((value) => value !== null);
  if (!first || others.length === 0 || values.length < columns.length || against(columns)) return null;
  if (others.some(({ direction, nullable }) => nullable || direction !== first.direction)) return null;
  const operator = (first.direction === 'asc') === (side === 'after') ? '>' : '<';
  const compared: Condition = { kind: 'row', columns, operator, values };
  return side === 'after' && first.nullable ? [[compared], [nullness(first, true)]] : [[compared]];
}

/**
 * The rows strictly after or before a key, as branches that exclude each other. Each is one range of an index on the
 * order; a single condition with OR between them would be none. Where it can be, the first is all with values: a page is then
 * no dearer than the first one, and with a branch a column it took a quarter more.
 */
export function rowsBeyond(columns: readonly KeyColumn[], key: Key, side: 'after' | 'before'): Branch[] {
  const asRow = beyondAsRow(columns, key, side);
  if (asRow) return asRow;
  return columns.flatMap((column, place) => {
    const same = columns.slice(0, place).map((earlier, at) => equal(earlier, key[at] ?? null));
    return beyond(column, key[place] ?? null, side).map((condition) => [...same, condition]);
  });
}

const names = (condition: Condition, { column }: KeyColumn): boolean =>
  condition.kind === 'row'
    ? condition.columns.some((each) => each.column === column)
    : condition.column.column === column;

/** PostgreSQL does not see that nothing null is compared, and would walk through all that are. */
const isPossible = (branch: Branch): boolean =>
  !branch.some(
    (each) =>
      each.kind === 'null' &&
      each.isNull &&
      branch.some((other) => !(other.kind === 'null' && other.isNull) && names(other, each.column)),
  );

/** The rows between two keys, either of which may be open. */
export function rowsBetween(columns: readonly KeyColumn[], after: Key | null, before: Key | null): Branch[] {
  const lower: Branch[] = after === null ? [[]] : rowsBeyond(columns, after, 'after');
  const upper: Branch[] = before === null ? [[]] : rowsBeyond(columns, before, 'before');
  return lower.flatMap((low) => upper.map((high) => [...low, ...high])).filter(isPossible);
}

/** The order as a statement says it; backwards for a page that is read from its end. */
export const orderTerms = (columns: readonly KeyColumn[], backwards: boolean): OrderTerm[] =>
  columns.map(({ column, direction, nullable }) => ({
    column,
    direction: (direction === 'asc') === backwards ? 'desc' : 'asc',
    nulls: nullable ? (backwards ? 'first' : 'last') : null,
  }));

/** The first column of an order that goes against its index; null when none does. */
function against(columns: readonly KeyColumn[]): (KeyColumn & Required<Pick<KeyColumn, 'indexed'>>) | null {
  const [first] = columns;
  if (first?.indexed === undefined || first.indexed === first.direction) return null;
  return { ...first, indexed: first.indexed };
}

/** No branch has both a row and an order that goes against its index. */
const speaksOf = (branch: Branch, { column }: KeyColumn): Condition | null =>
  branch.find((condition) => condition.kind !== 'row' && condition.column.column === column) ?? null;

/**
 * The same rows as branches that an index can be read for. Turned round it has nulls first, where they are to be last:
 * so those that are null and those that are not become branches of their own.
 */
export function indexedBranches(columns: readonly KeyColumn[], branches: readonly Branch[]): Branch[] {
  const first = against(columns);
  if (first === null) return [...branches];
  return branches.flatMap((branch) =>
    speaksOf(branch, first) === null
      ? [
          [...branch, nullness(first, false)],
          [...branch, nullness(first, true)],
        ]
      : [branch],
  );
}

/** How the rows of one of these branches are ordered, in the words that the index is read by. */
export function branchTerms(columns: readonly KeyColumn[], branch: Branch, backwards: boolean): OrderTerm[] {
  const terms = orderTerms(columns, backwards);
  const first = against(columns);
  const [own, next] = terms;
  if (first === null || own === undefined || next === undefined) return terms;
  const said = speaksOf(branch, first);
  const isNull = said?.kind === 'null' && said.isNull;
  // All of them null: any direction does, and this one is the index's as the next column wants it read.
  const forwards = isNull ? next.direction === 'asc' : own.direction === first.indexed;
  const turned = first.indexed === 'asc' ? 'desc' : 'asc';
  const direction = forwards ? first.indexed : turned;
  return [{ ...own, direction, nulls: forwards ? 'last' : 'first' }, ...terms.slice(1)];
}
