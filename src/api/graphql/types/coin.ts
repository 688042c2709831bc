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

/** What a field is made of, in the read model; fields that are looked up are made of the coin's id. */
const columnsOfField: Readonly<Record<string, readonly string[]>> = {
  symbol: ['symbol'],
  name: ['name'],
  imageUrl: ['image_url'],
  rank: ['rank'],
  priceUsd: ['price'],
  marketCapUsd: ['market_cap'],
  volume24hUsd: ['volume_24h'],
  fullyDilutedValuationUsd: ['fully_diluted_valuation'],
  percentChange1h: ['percent_change_1h'],
  percentChange24h: ['percent_change_24h'],
  percentChange7d: ['percent_change_7d'],
  percentChange30d: ['percent_change_30d'],
  high24hUsd: ['high_24h'],
  low24hUsd: ['low_24h'],
  athUsd: ['ath'],
  circulatingSupply: ['circulating_supply'],
  totalSupply: ['total_supply'],
  maxSupply: ['max_supply'],
  observedAt: ['observed_at'],
  spreadPercent: ['spread_percent'],
  consensus: ['method', 'quotes_used', 'quotes_total'],
  exact: ['price', 'market_cap', 'volume_24h', 'circulating_supply', 'total_supply', 'max_supply'],
};

const allCoinColumns = [...new Set(Object.values(columnsOfField).flat())];

/** Each set of columns is a statement that every connection prepares: so many are, and then whole rows are read. */
const columnSetsMax = 64;

/** Tells the columns that fields need. */
export function createCoinColumns(): (fields: ReadonlySet<string>) => readonly string[] {
  const sets = new Set<string>();
  return (fields) => {
    const columns = allCoinColumns.filter((column) =>
      [...fields].some((field) => columnsOfField[field]?.includes(column)),
    );
    const set = columns.join();
    if (sets.size < columnSetsMax) sets.add(set);
    return sets.has(set) ? columns : allCoinColumns;
  };
}

/** Every field is a getter: what is not selected is not converted, and its column need not be there. */
class CoinView implements Coin {
  readonly #row: CoinRow;
  readonly moment: Moment | null;

  constructor(row: CoinRow, moment: Moment | null) {
    this.#row = row;
    this.moment = moment;
  }

  get id() {
    const { coinId } = this.#row;
    return this.moment === null ? coinId : pastIdOf({ coinId, moment: this.moment });
  }
  get canonicalId() {
    return this.#row.coinId;
  }
  get asOfVersion() {
    return this.moment === null ? null : this.moment.known.version;
  }
  get symbol() {
    return this.#row.symbol;
  }
  get name() {
    return this.#row.name;
  }
  get imageUrl() {
    return this.#row.imageUrl;
  }
  get rank() {
    return this.#row.rank;
  }
  get priceUsd() {
    return toFloat(this.#row.price);
  }
  get marketCapUsd() {
    return toFloat(this.#row.marketCap);
  }
  get volume24hUsd() {
    return toFloat(this.#row.volume24h);
  }
  get fullyDilutedValuationUsd() {
    return toFloat(this.#row.fullyDilutedValuation);
  }
  get percentChange1h() {
    return toFloat(this.#row.percentChange1h);
  }
  get percentChange24h() {
    return toFloat(this.#row.percentChange24h);
  }
  get percentChange7d() {
    return toFloat(this.#row.percentChange7d);
  }
  get percentChange30d() {
    return toFloat(this.#row.percentChange30d);
  }
  get high24hUsd() {
    return toFloat(this.#row.high24h);
  }
  get low24hUsd() {
    return toFloat(this.#row.low24h);
  }
  get athUsd() {
    return toFloat(this.#row.ath);
  }
  get circulatingSupply() {
    return toFloat(this.#row.circulatingSupply);
  }
  get totalSupply() {
    return toFloat(this.#row.totalSupply);
  }
  get maxSupply() {
    return toFloat(this.#row.maxSupply);
  }
  get observedAt() {
    return this.#row.observedAt;
  }
  get spreadPercent() {
    return toFloat(this.#row.spreadPercent);
  }
  get consensus() {
    const { method, quotesUsed, quotesTotal } = this.#row;
    return { method, quotesUsed, quotesTotal };
  }
  get exact() {
    return exactOf(this.#row, 'USD');
  }
}

/** A coin of the read model as the API shows it, now or at a moment. */
export const coinOf = (row: CoinRow, moment: Moment | null): Coin => new CoinView(row, moment);
