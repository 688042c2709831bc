import { Float, Int, ObjectType } from 'type-graphql';
import { Optional, Required } from '../fields.ts';
import { Decimal } from '../scalars.ts';

@ObjectType({
  description: 'The same values to the last digit that was received, as text.',
  simpleResolvers: true,
})
export class ExactValues {
  @Optional(() => Decimal, 'Price in USD.')
  priceUsd: string | null;

  @Optional(() => Decimal, 'Market cap in USD.')
  marketCapUsd: string | null;

  @Optional(() => Decimal, 'Volume of the last 24 hours in USD.')
  volume24hUsd: string | null;

  @Optional(() => Decimal, 'Coins in circulation.')
  circulatingSupply: string | null;

  @Optional(() => Decimal, 'Coins that exist.')
  totalSupply: string | null;

  @Optional(() => Decimal, 'Coins that can ever exist; null where there is no such limit, or none is known.')
  maxSupply: string | null;
}

/** What a quote and a snapshot have in common. No type of its own: both have these fields themselves. */
@ObjectType({ simpleResolvers: true })
export abstract class QuotedValues {
  @Required(() => String, 'The currency of the quote, in upper case, as `USD`.')
  currency: string;

  @Optional(() => Float, 'Price in the currency of the quote.')
  price: number | null;

  @Optional(() => Float, 'Market cap in the currency of the quote.')
  marketCap: number | null;

  @Optional(() => Float, 'Volume of the last 24 hours in the currency of the quote.')
  volume24h: number | null;

  @Optional(() => Float, 'Price in USD; null when the quote is in another currency.')
  priceUsd: number | null;

  @Optional(() => Float, 'Market cap in USD; null when the quote is in another currency.')
  marketCapUsd: number | null;

  @Optional(() => Float, 'Volume of the last 24 hours in USD; null when the quote is in another currency.')
  volume24hUsd: number | null;

  @Optional(() => Float, 'Change of the price within 24 hours, in percent.')
  percentChange24h: number | null;

  @Optional(() => Int, 'Rank by market cap, as the source gives it.')
  rank: number | null;

  @Optional(() => Float, 'Coins in circulation.')
  circulatingSupply: number | null;

  @Optional(() => Float, 'Coins that exist.')
  totalSupply: number | null;

  @Optional(() => Float, 'Coins that can ever exist; null where there is no such limit, or none is known.')
  maxSupply: number | null;

  @Required(() => ExactValues, 'The same values without rounding.')
  exact: ExactValues;
}
