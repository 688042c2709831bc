import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Float, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { coinKey } from '../../../identity/source-coin.ts';
import { readHistoryFrom, refuseExpired } from '../../../read/past/moment.ts';
import type { LinkRow } from '../../../read/graphql/links.ts';
import { judgeQuotes } from '../../../read/graphql/quotes.ts';
import { CoinsArgs, PastArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { candlesAsked, candlesMax, historySpan, sparklineSpan, upToNow } from '../history.ts';
import { HistoryArgs, SparklineArgs } from '../history-args.ts';
import { Costs, Items, Unversioned } from '../field-rules.ts';
import { assertFew, assertKnownSource, assertSearchable } from '../known-source.ts';
import { DateTime } from '../scalars.ts';
import { loadCoin, loadCoins } from './coin-at.ts';
import { Candle, candleOf } from '../types/candle.ts';
import { toFloat } from '../types/numbers.ts';
import { Coin, CoinConnection, coinOf } from '../types/coin.ts';
import { IdentityLink, linkOf } from '../types/link.ts';
import { Quote, quoteOf } from '../types/quote.ts';

// No history is kept for less than a month: what is younger needs no look.
const retentionMinMs = 30 * 24 * 3_600_000;

async function quotesOf(
  { canonicalId: coinId, moment }: Coin,
  { past, quotes, sources }: GraphqlContext,
): Promise<Quote[]> {
  const rows = (moment ? await past.quotes.load({ coinId, moment }) : await quotes.load(coinId)) ?? [];
  return judgeQuotes(rows).map((row) => {
    const config = sources.find(({ source }) => source.name === row.source);
    return quoteOf(row, config?.staleAfterMs ?? null);
  });
}

async function linksOf(
  { canonicalId: coinId, moment }: Coin,
  { past, links }: GraphqlContext,
): Promise<LinkRow[]> {
  return (moment ? await past.links.load({ coinId, moment }) : await links.load(coinId)) ?? [];
}

// About one per source, some in two currencies.
const quotesOfCoin = 4;

/** Up to when a coin has a history: now, or its own moment. */
const endOf = ({ moment }: Coin, askedAt: Date): Date =>
  moment === null ? askedAt : (moment.asOf ?? moment.known.shownAt);

@Resolver(() => Coin)
export class CoinResolver {
  @Query(() => Coin, {
    nullable: true,
    description:
      "One coin, by its canonical id or an older one, by a source's own as `coingecko:bitcoin`, by that alone, or by the id of a coin in the past as `bitcoin@412`. Null when there is none.",
  })
  coin(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Args(() => PastArgs) past: PastArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<Coin | null> {
    return loadCoin(context, id, past);
  }

  @Query(() => CoinConnection, {
    description: 'Coins, page by page; as they are, or as they were at a time.',
  })
  async coins(
    @Args(() => CoinsArgs) { filter, orderBy, ...asked }: CoinsArgs,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Coin>> {
    assertKnownSource(filter?.source, context.sources);
    assertSearchable(filter?.search);
    assertFew(filter?.ids);
    const { page, moment } = await loadCoins(context, {
      ...asked,
      filter: filter ?? {},
      order: orderBy?.field ?? 'RANK',
      direction: orderBy?.direction ?? 'asc',
      columns: context.coinColumns(info),
    });
    return connectionOf(
      page,
      page.rows.map((row) => coinOf(row, moment)),
    );
  }

  @FieldResolver(() => [ID], {
    description:
      "Other ids that lead here: older ones that were merged, and the sources' own, as `coingecko:bitcoin`.",
  })
  async aliases(@Root() coin: Coin, @Ctx() context: GraphqlContext): Promise<string[]> {
    const [older, found] = await Promise.all([
      context.aliases.load(coin.canonicalId),
      linksOf(coin, context),
    ]);
    return [...(older ?? []), ...found.map(coinKey)];
  }

  @Items(quotesOfCoin)
  @FieldResolver(() => [IdentityLink], { description: 'The source coins that it is, and why.' })
  async links(@Root() coin: Coin, @Ctx() context: GraphqlContext): Promise<IdentityLink[]> {
    return (await linksOf(coin, context)).map(linkOf);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'From when on its values count as old; null when it has none.',
  })
  async staleAfter(@Root() coin: Coin, @Ctx() context: GraphqlContext): Promise<Date | null> {
    const used = (await quotesOf(coin, context)).filter((quote) => quote.usedInConsensus);
    return used.reduce<Date | null>(
      (latest, { staleAfter }) =>
        latest === null || (staleAfter !== null && staleAfter > latest) ? staleAfter : latest,
      null,
    );
  }

  @Unversioned(upToNow)
  @Costs(({ from, to, interval }) => 1 + candlesAsked(from, to, interval) / 10)
  @FieldResolver(() => [Candle], {
    description: `Candles over its observations in USD, oldest first; by default the last 24 hours. At most ${candlesMax}: more is BAD_USER_INPUT. From before what is kept: HISTORY_EXPIRED.`,
  })
  async history(
    @Root() coin: Coin,
    @Args(() => HistoryArgs) { from, to, interval, source }: HistoryArgs,
    @Ctx() { candles, reads, sources, askedAt }: GraphqlContext,
  ): Promise<Candle[]> {
    assertKnownSource(source, sources);
    const asked = { from: from ?? null, to: to ?? null, interval: interval ?? 'M15', source: source ?? null };
    const end = endOf(coin, askedAt);
    const span = historySpan(asked, end);
    if (from && askedAt.getTime() - from.getTime() > retentionMinMs)
      refuseExpired(from, await reads.read(readHistoryFrom));
    const { canonicalId: coinId, moment } = coin;
    const rows = (await candles.load({ coinId, moment, ...span })) ?? [];
    const endMs = Math.min(span.toMs, end.getTime());
    return rows.map((row) => candleOf(row, span.intervalMs, endMs));
  }

  @Unversioned()
  @Costs(({ points }) => 1 + (typeof points === 'number' ? points : 0) / 10)
  @FieldResolver(() => [Float], {
    nullable: 'items',
    description: 'Prices in USD at equal distances up to now, oldest first; null where nothing was observed.',
  })
  async sparkline(
    @Root() coin: Coin,
    @Args(() => SparklineArgs) { points, hours }: SparklineArgs,
    @Ctx() { candles, askedAt }: GraphqlContext,
  ): Promise<(number | null)[]> {
    const span = sparklineSpan(points, hours, endOf(coin, askedAt));
    const { canonicalId: coinId, moment } = coin;
    const rows = (await candles.load({ coinId, moment, ...span })) ?? [];
    const closes = new Map(
      rows.map((row) => [Math.round((row.start.getTime() - span.fromMs) / span.intervalMs), row.close]),
    );
    return Array.from({ length: points }, (_, index) => toFloat(closes.get(index) ?? null));
  }

  @Items(quotesOfCoin)
  @FieldResolver(() => [Quote], {
    description: 'What each source says of it: one quote per source coin and currency.',
  })
  quotes(@Root() coin: Coin, @Ctx() context: GraphqlContext): Promise<Quote[]> {
    return quotesOf(coin, context);
  }
}
