import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { resolveCoinId } from '../../../read/graphql/coin-ids.ts';
import { bitcoinId, marketOf, readMarket, type MarketTotals } from '../../../read/graphql/market.ts';
import { resolvePastCoinId } from '../../../read/past/members.ts';
import type { GraphqlContext } from '../context.ts';
import { DateTime } from '../scalars.ts';
import { Market, marketTypeOf } from '../types/market.ts';

async function totalsOf({ reads, past, sources }: GraphqlContext, asOf: Date | null): Promise<MarketTotals> {
  const names = sources.map(({ source }) => source.name);
  const moment = await past.moment({ asOf });
  if (moment === null)
    return reads.read(async (sql) => readMarket(sql, await resolveCoinId(sql, bitcoinId, names)));
  const bitcoin = await reads.read((sql) => resolvePastCoinId(sql, moment, bitcoinId, names));
  return marketOf(await past.all(moment), bitcoin);
}

@Resolver()
export class MarketResolver {
  @Query(() => Market, {
    nullable: true,
    description: 'The whole market in a few numbers, now or as it was at a time.',
  })
  async market(
    @Arg('asOf', () => DateTime, {
      nullable: true,
      description: 'The market as it was then, by all that is known of it now.',
    })
    asOf: Date | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Market> {
    return marketTypeOf(await totalsOf(context, asOf ?? null));
  }
}
