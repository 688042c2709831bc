import { Arg, Args, Ctx, FieldResolver, Float, ID, Query, Resolver, Root } from 'type-graphql';
import { coinKey } from '../../../identity/source-coin.ts';
import { resolveCoinId } from '../../../read/graphql/coin-ids.ts';
import { coinList } from '../../../read/graphql/coins.ts';
import { judgeQuotes } from '../../../read/graphql/quotes.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { CoinsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { candlesMax, historySpan, sparklineSpan } from '../history.ts';
import { HistoryArgs, SparklineArgs } from '../history-args.ts';
import { assertKnownSource, assertSearchable } from '../known-source.ts';
import { DateTime } from '../scalars.ts';
import { Candle, candleOf } from '../types/candle.ts';
import { toFloat } from '../types/numbers.ts';
import { Coin, CoinConnection, coinOf } from '../types/coin.ts';
import { IdentityLink, linkOf } from '../types/link.ts';
import { Quote, quoteOf } from '../types/quote.ts';

async function quotesOf({ id }: Coin, { quotes, sources }: GraphqlContext): Promise<Quote[]> {
  const rows = (await quotes.load(id)) ?? [];
  return judgeQuotes(rows).map((row) => {
    const config = sources.find(({ source }) => source.name === row.source);
    return quoteOf(row, config?.staleAfterMs ?? null);
  });
}

@Resolver(() => Coin)
export class CoinResolver {
  @Query(() => Coin, {
    nullable: true,
    description:
      "One coin, by its canonical id, by a source's own as `coingecko:bitcoin`, or by that alone. Null when there is none.",
  })
  async coin(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { reads, sources, coins }: GraphqlContext,
  ): Promise<Coin | null> {
    const names = sources.map(({ source }) => source.name);
    const coinId = await reads.read((sql) => resolveCoinId(sql, id, names));
    const row = coinId === null ? null : await coins.load(coinId);
    return row && coinOf(row);
  }

  @Query(() => CoinConnection, { description: 'Coins, page by page.' })
  async coins(
    @Args(() => CoinsArgs) { filter, orderBy, ...page }: CoinsArgs,
    @Ctx() { reads, sources }: GraphqlContext,
  ): Promise<Connection<Coin>> {
    assertKnownSource(filter?.source, sources);
    assertSearchable(filter?.search);
    const list = coinList(filter ?? {}, orderBy?.field ?? 'RANK', orderBy?.direction ?? 'asc');
    const found = await readPage(reads.read, list, page);
    return connectionOf(found, found.rows.map(coinOf));
  }

  @FieldResolver(() => [ID], {
    description:
      "Other ids that lead here: older ones that were merged, and the sources' own, as `coingecko:bitcoin`.",
  })
  async aliases(@Root() { id }: Coin, @Ctx() { aliases, links }: GraphqlContext): Promise<string[]> {
    const [older, found] = await Promise.all([aliases.load(id), links.load(id)]);
    return [...(older ?? []), ...(found ?? []).map(coinKey)];
  }

  @FieldResolver(() => [IdentityLink], { description: 'The source coins that it is, and why.' })
  async links(@Root() { id }: Coin, @Ctx() { links }: GraphqlContext): Promise<IdentityLink[]> {
    return ((await links.load(id)) ?? []).map(linkOf);
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

  @FieldResolver(() => [Candle], {
    description: `Candles over its observations in USD, oldest first; by default the last 24 hours. At most ${candlesMax}: more is BAD_USER_INPUT.`,
  })
  async history(
    @Root() { id }: Coin,
    @Args(() => HistoryArgs) { from, to, interval, source }: HistoryArgs,
    @Ctx() { candles, sources, askedAt }: GraphqlContext,
  ): Promise<Candle[]> {
    assertKnownSource(source, sources);
    const asked = { from: from ?? null, to: to ?? null, interval: interval ?? 'M15', source: source ?? null };
    const span = historySpan(asked, askedAt);
    const rows = (await candles.load({ coinId: id, ...span })) ?? [];
    const endMs = Math.min(span.toMs, askedAt.getTime());
    return rows.map((row) => candleOf(row, span.intervalMs, endMs));
  }

  @FieldResolver(() => [Float], {
    nullable: 'items',
    description: 'Prices in USD at equal distances up to now, oldest first; null where nothing was observed.',
  })
  async sparkline(
    @Root() { id }: Coin,
    @Args(() => SparklineArgs) { points, hours }: SparklineArgs,
    @Ctx() { candles, askedAt }: GraphqlContext,
  ): Promise<(number | null)[]> {
    const span = sparklineSpan(points, hours, askedAt);
    const rows = (await candles.load({ coinId: id, ...span })) ?? [];
    const closes = new Map(
      rows.map((row) => [Math.round((row.start.getTime() - span.fromMs) / span.intervalMs), row.close]),
    );
    return Array.from({ length: points }, (_, index) => toFloat(closes.get(index) ?? null));
  }

  @FieldResolver(() => [Quote], {
    description: 'What each source says of it: one quote per source coin and currency.',
  })
  quotes(@Root() coin: Coin, @Ctx() context: GraphqlContext): Promise<Quote[]> {
    return quotesOf(coin, context);
  }
}
