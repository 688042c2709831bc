import { coinList, type CoinConditions, type CoinRow } from '../../../read/graphql/coins.ts';
import { resolveCoinId, resolveCoinIds } from '../../../read/graphql/coin-ids.ts';
import { readPage, type Page } from '../../../read/graphql/page.ts';
import { wrongInput, type PageArguments } from '../../../read/graphql/page-request.ts';
import { meets } from '../../../read/past/filter.ts';
import { resolvePastCoinId } from '../../../read/past/members.ts';
import { momentText, parsePastId, type Moment } from '../../../read/past/moment.ts';
import { pageOf } from '../../../read/past/page.ts';
import type { GraphqlContext } from '../context.ts';
import { lookUp } from '../reads.ts';
import { coinOf, type Coin } from '../types/coin.ts';

export interface PastArguments {
  asOf?: Date | null | undefined;
  knownAt?: Date | null | undefined;
}

const namesOf = ({ sources }: GraphqlContext): string[] => sources.map(({ source }) => source.name);

async function pastCoin(context: GraphqlContext, id: string, moment: Moment): Promise<Coin | null> {
  const coinId = await context.reads.read((sql) => resolvePastCoinId(sql, moment, id, namesOf(context)));
  const row = coinId === null ? null : await context.past.coins.load({ coinId, moment });
  return row && coinOf(row, moment);
}

/** A coin by any id that leads to it, now or at a moment, which the id itself may name. */
export async function loadCoin(
  context: GraphqlContext,
  id: string,
  asked: PastArguments = {},
): Promise<Coin | null> {
  const { id: bare, moment: named } = parsePastId(id);
  if (named !== null) {
    if (asked.asOf ?? asked.knownAt)
      throw wrongInput(`The id ${id} names a moment already: leave asOf and knownAt out.`);
    const moment = await context.past.momentOf(named);
    return moment && pastCoin(context, bare, moment);
  }
  const moment = await context.past.moment(asked);
  if (moment !== null) return pastCoin(context, bare, moment);
  const coinId = await context.reads.readShort((sql) => resolveCoinId(sql, id, namesOf(context)));
  const row = coinId === null ? null : await context.coins.load(coinId);
  return row && coinOf(row, null);
}

/** The ids of a filter, each led to the coin it means; one that means none is kept, and finds nothing. */
async function withCanonicalIds(context: GraphqlContext, filter: CoinConditions): Promise<CoinConditions> {
  const { ids } = filter;
  if (!ids || ids.length === 0) return filter;
  const resolved = await lookUp(context.reads, ids, (sql) => resolveCoinIds(sql, ids, namesOf(context)));
  return { ...filter, ids: ids.map((id) => resolved.get(id) ?? id) };
}

export interface CoinsAsked extends PastArguments, PageArguments {
  filter: CoinConditions;
  order: Parameters<typeof coinList>[1];
  direction: 'asc' | 'desc';
  /** What is needed of each, besides its place in the list. */
  columns: readonly string[];
}

/** A page of coins, now or at a moment. */
export async function loadCoins(
  context: GraphqlContext,
  { filter, order, direction, columns, asOf, knownAt, ...page }: CoinsAsked,
): Promise<{ page: Page<CoinRow>; moment: Moment | null }> {
  const moment = await context.past.moment({ asOf, knownAt });
  const list = coinList(await withCanonicalIds(context, filter), order, direction, columns);
  if (moment === null) return { page: await readPage(context.reads, list, page), moment };
  const rows = (await context.past.all(moment)).filter(meets(list.filter));
  // A cursor of another moment is refused. One of the same asOf goes on, whatever has been learned since.
  const at = asOf && !knownAt ? asOf.toISOString() : momentText(moment);
  return { page: pageOf<CoinRow>(rows, { ...list, filter: { ...list.filter, at } }, page), moment };
}
