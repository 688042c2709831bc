import { Float, ID, Int, ObjectType } from 'type-graphql';
import type { CoinRow } from '../../../read/graphql/coins.ts';
import { connectionType } from '../connection.ts';
import { Optional, Required } from '../fields.ts';
import type { Moment } from '../../../read/past/moment.ts';
import { pastIdOf } from '../past.ts';
import { DateTime, SafeInt } from '../scalars.ts';
import { Node } from './node.ts';
import { exactOf, toFloat } from './numbers.ts';
import { ExactValues } from './values.ts';

@ObjectType({ description: "How a coin's values come from its quotes.", simpleResolvers: true })
export class Consensus {
  @Required(
    () => String,
    '`only`: the one usable quote as it is. `median`: of all that are fresh, which agree. `trimmed`: the median of the most that agree. `trusted`: no two agree, and the one with most in its favour stands alone. `none`: there is none.',
  )
  method: string;

  @Required(() => Int, 'How many quotes have a part in it.')
  quotesUsed: number;

  @Required(() => Int, 'How many quotes the coin has.')
  quotesTotal: number;
}

@ObjectType({
  implements: Node,
  description:
    'A coin with the consensus of its quotes, in USD. A value is null where no source gives it in USD.',
  simpleResolvers: true,
})
export class Coin extends Node {
  @Required(
    () => ID,
    'The id of the coin, at whatever time. `id` is the same but for a coin of the past, whose own id is `bitcoin@<version>`.',
  )
  canonicalId: string;

  @Optional(
    () => SafeInt,
    'The version of the read model by whose knowledge it is; null for a coin as it is now.',
  )
  asOfVersion: number | null;

  /** For the fields that are looked up; null: now. */
  moment: Moment | null;

  @Optional(() => String, 'Short name, in upper case; many coins share one.')
  symbol: string | null;

  @Required(() => String, "Name; falls back to the symbol, then to the source's id.")
  name: string;

  @Optional(() => String, 'Where the source has its picture.')
  imageUrl: string | null;

  @Optional(() => Int, 'Rank by market cap, as the source gives it; 1 is the largest.')
  rank: number | null;

  @Optional(() => Float, 'Price in USD.')
  priceUsd: number | null;

  @Optional(() => Float, 'Market cap in USD.')
  marketCapUsd: number | null;

  @Optional(() => Float, 'Volume of the last 24 hours in USD.')
  volume24hUsd: number | null;

  @Optional(() => Float, 'Market cap in USD if all coins existed.')
  fullyDilutedValuationUsd: number | null;

  @Optional(() => Float, 'Change of the price within an hour, in percent.')
  percentChange1h: number | null;

  @Optional(() => Float, 'Change of the price within 24 hours, in percent.')
  percentChange24h: number | null;

  @Optional(() => Float, 'Change of the price within 7 days, in percent.')
  percentChange7d: number | null;

  @Optional(() => Float, 'Change of the price within 30 days, in percent.')
  percentChange30d: number | null;

  @Optional(() => Float, 'Highest price of the last 24 hours in USD.')
  high24hUsd: number | null;

  @Optional(() => Float, 'Lowest price of the last 24 hours in USD.')
  low24hUsd: number | null;

  @Optional(() => Float, 'Highest price ever in USD.')
  athUsd: number | null;

  @Optional(() => Float, 'Coins in circulation.')
  circulatingSupply: number | null;

  @Optional(() => Float, 'Coins that exist.')
  totalSupply: number | null;

  @Optional(() => Float, 'Coins that can ever exist; null where there is no such limit, or none is known.')
  maxSupply: number | null;

  @Optional(() => DateTime, 'When the newest quote of the consensus was observed.')
  observedAt: Date | null;

  @Optional(
    () => Float,
    'Between the lowest and the highest price of the quotes used, in percent of the price; null with fewer than two.',
  )
  spreadPercent: number | null;

  @Required(() => Consensus, 'How these values come from the quotes.')
  consensus: Consensus;

  @Required(() => ExactValues, 'The same values without rounding.')
  exact: ExactValues;
}

export const CoinConnection = connectionType(Coin, 'Coin', 'coins');

/** A coin of the read model as the API shows it, now or at a moment. */
export const coinOf = (row: CoinRow, moment: Moment | null): Coin => ({
  id: moment === null ? row.coinId : pastIdOf({ coinId: row.coinId, moment }),
  canonicalId: row.coinId,
  asOfVersion: moment === null ? null : moment.known.version,
  moment,
  symbol: row.symbol,
  name: row.name,
  imageUrl: row.imageUrl,
  rank: row.rank,
  priceUsd: toFloat(row.price),
  marketCapUsd: toFloat(row.marketCap),
  volume24hUsd: toFloat(row.volume24h),
  fullyDilutedValuationUsd: toFloat(row.fullyDilutedValuation),
  percentChange1h: toFloat(row.percentChange1h),
  percentChange24h: toFloat(row.percentChange24h),
  percentChange7d: toFloat(row.percentChange7d),
  percentChange30d: toFloat(row.percentChange30d),
  high24hUsd: toFloat(row.high24h),
  low24hUsd: toFloat(row.low24h),
  athUsd: toFloat(row.ath),
  circulatingSupply: toFloat(row.circulatingSupply),
  totalSupply: toFloat(row.totalSupply),
  maxSupply: toFloat(row.maxSupply),
  observedAt: row.observedAt,
  spreadPercent: toFloat(row.spreadPercent),
  consensus: {
    method: row.method,
    quotesUsed: row.quotesUsed,
    quotesTotal: row.quotesTotal,
  },
  exact: exactOf(row, 'USD'),
});
