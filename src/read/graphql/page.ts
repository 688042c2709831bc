import type { Queryable } from '../../database/client.ts';
import { encodeCursor, filterDigest, type Walk } from './cursor.ts';
import {
  branchTerms,
  indexedBranches,
  orderTerms,
  rowsBetween,
  type Branch,
  type Condition,
  type Key,
  type KeyColumn,
  type KeyType,
  type OrderTerm,
} from './keyset.ts';
import { pageRequest, type PageArguments, type PageRequest } from './page-request.ts';
import { allOf } from './fragments.ts';
import { piece, rowsOf, words, type Piece } from './piece.ts';

/** Runs a query within the snapshot of a request. */
export type Read = <T>(query: (sql: Queryable) => Promise<T>) => Promise<T>;

/** How a list is read: page by page, and what is short by `readShort`. */
export interface Readers {
  read: Read;
  readShort: Read;
}

/** Which rows of those that meet the conditions: the first ones in this order. */
export interface Slice {
  orderBy: Piece;
  limit: number;
  /** The order is that of the list turned round. */
  backwards: boolean;
}

/** A list that is read page by page. Its rows have the columns of the order under their own names. */
export interface List<Row> {
  name: string;
  /** The order's name; a cursor of another one is refused. */
  order: string;
  columns: readonly KeyColumn[];
  keyOf(row: Row): Key;
  /** As given: a cursor of another one is refused. */
  filter: object;
  /** A page is short to read, whichever it is: the next rows of an index and no others are looked at. */
  isShort?: boolean;
  /** The filter's conditions, which all hold. */
  conditions(): Piece[];
  /** One select. */
  rows(where: Piece, slice: Slice): Piece;
  count(sql: Queryable, where: Piece): Promise<number>;
}

export interface Page<Row> {
  rows: Row[];
  cursorOf(row: Row): string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Of the whole list, not of the page. A statement of its own. */
  count(): Promise<number>;
}

const casts: Record<KeyType, string> = {
  text: 'text',
  integer: 'bigint',
  numeric: 'numeric',
  time: 'timestamptz',
  uuid: 'uuid',
};

/** The values between commas. */
const listed = ([first = piece``, ...others]: readonly Piece[]): Piece =>
  others.reduce((all, value) => piece`${all}, ${value}`, first);

const castTo = (value: string, { type }: KeyColumn): Piece => piece`${value}${words(`::${casts[type]}`)}`;

function conditionSql(condition: Condition): Piece {
  if (condition.kind === 'row') {
    const { columns, operator, values } = condition;
    const names = columns.map(({ column }) => column).join(', ');
    const row = listed(columns.map((column, place) => castTo(values[place] ?? '', column)));
    return piece`${words(`(${names}) ${operator}`)} (${row})`;
  }
  const { column } = condition;
  if (condition.kind === 'null') return words(`${column.column} is ${condition.isNull ? '' : 'not '}null`);
  return piece`${words(`${column.column} ${condition.operator}`)} ${castTo(condition.value, column)}`;
}

const orderSql = (terms: readonly OrderTerm[]): Piece =>
  words(
    terms
      .map(
        ({ column, direction, nulls }) => `${column} ${direction}${nulls === null ? '' : ` nulls ${nulls}`}`,
      )
      .join(', '),
  );

/** One select per branch, each with the limit, so that no more rows are looked at than the page has. */
function pageSql<Row>(list: List<Row>, branches: Branch[], backwards: boolean, limit: number): Piece {
  const own = list.conditions();
  const selects = indexedBranches(list.columns, branches).map((branch) => {
    const orderBy = orderSql(branchTerms(list.columns, branch, backwards));
    return list.rows(allOf([...own, ...branch.map(conditionSql)]), { orderBy, limit, backwards });
  });
  const [first, ...others] = selects;
  if (first === undefined) return piece`select where false`;
  if (others.length === 0) return first;
  const union = others.reduce((all, select) => piece`${all} union all (${select})`, piece`(${first})`);
  const orderBy = orderSql(orderTerms(list.columns, backwards));
  return piece`select * from (${union}) as page order by ${orderBy} limit ${limit}`;
}

/** The rows of a page, of which one more than it takes was looked for. */
export function assemble<Row>(found: Row[], { limit, backwards, after, before }: PageRequest) {
  const more = found.length > limit;
  const rows = found.slice(0, limit);
  return {
    rows: backwards ? rows.reverse() : rows,
    // Beyond a given cursor there is at least the row that it was made of.
    hasNextPage: backwards ? before !== null : more,
    hasPreviousPage: backwards ? more : after !== null,
  };
}

/** A list and the page that is asked for, in the terms of its cursors. */
export interface Walked {
  walk: Walk;
  request: PageRequest;
}

/** Throws USAGE on arguments that cannot be met. */
export function walkOf<Row>(list: List<Row>, given: PageArguments): Walked {
  const walk = { order: `${list.name} ${list.order}`, filter: filterDigest(list.filter) };
  return { walk, request: pageRequest(given, walk, list.columns) };
}

/** Rows of a list, at most so many, in its order or, backwards, turned round. */
export async function readRows<Row>(read: Read, list: List<Row>, request: PageRequest): Promise<Row[]> {
  const { limit, backwards, after, before } = request;
  const branches = rowsBetween(list.columns, after, before);
  return read((sql) => rowsOf<Row>(sql, pageSql(list, branches, backwards, limit)));
}

/** One page of a list. Throws USAGE on arguments that cannot be met. */
export async function readPage<Row>(
  { read, readShort }: Readers,
  list: List<Row>,
  given: PageArguments,
): Promise<Page<Row>> {
  const { walk, request } = walkOf(list, given);
  const next = { ...request, limit: request.limit + 1 };
  const found = await readRows(list.isShort ? readShort : read, list, next);
  return {
    ...assemble(found, request),
    cursorOf: (row) => encodeCursor(walk, list.keyOf(row)),
    count: () => read((sql) => list.count(sql, allOf(list.conditions()))),
  };
}
