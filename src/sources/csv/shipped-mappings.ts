import type { Mapping } from './mapping-schema.ts';

const columns: Mapping['columns'] = {
  id: ['id', 'coin_id'],
  symbol: ['symbol'],
  name: ['name', 'coin_name', 'currency_name'],
  imageUrl: ['image', 'image_url', 'logo'],
  rank: ['rank', 'market_cap_rank', 'cmc_rank'],
  currency: ['quote_currency', 'vs_currency'],
  coingeckoId: ['coingecko_id'],
  coinpaprikaId: ['coinpaprika_id'],
  date: ['last_updated', 'last_updated_at', 'updated_at', 'observed_at'],
  price: ['price', 'current_price', 'last_price'],
  marketCap: ['market_cap', 'mcap', 'market_capitalization'],
  volume24h: ['volume_24h', '24h_volume', 'daily_volume', 'total_volume', 'vol_24h'],
  fullyDilutedValuation: ['fully_diluted_valuation', 'fully_diluted_market_cap', 'fdv'],
  percentChange1h: ['percent_change_1h', 'price_change_percentage_1h', 'change_1h', '1h_change'],
  percentChange24h: [
    'percent_change_24h',
    'price_change_percentage_24h',
    'change_24h',
    'daily_change',
    '24h_change',
  ],
  percentChange7d: ['percent_change_7d', 'price_change_percentage_7d', 'change_7d', '7d_change'],
  percentChange30d: ['percent_change_30d', 'price_change_percentage_30d', 'change_30d', '30d_change'],
  high24h: ['high_24h', '24h_high'],
  low24h: ['low_24h', '24h_low'],
  ath: ['ath', 'ath_price', 'all_time_high'],
  circulatingSupply: ['circulating_supply', 'available_supply'],
  totalSupply: ['total_supply'],
  maxSupply: ['max_supply'],
};

const fallbacks: Mapping['columns'] = {
  id: ['slug'],
  symbol: ['ticker', 'code', 'coin_symbol'],
  name: ['coin', 'cryptocurrency', 'asset'],
  rank: ['position'],
  currency: ['currency'],
  coingeckoId: ['gecko_id'],
  coinpaprikaId: ['paprika_id'],
  date: ['date', 'datetime', 'timestamp', 'time'],
  price: ['value', 'close', 'closing_price'],
  volume24h: ['volume', 'vol'],
  percentChange1h: ['1h', 'price_change_percentage_1h_in_currency'],
  percentChange24h: ['24h', 'price_change_percentage_24h_in_currency'],
  percentChange7d: ['7d', 'price_change_percentage_7d_in_currency'],
  percentChange30d: ['30d', 'price_change_percentage_30d_in_currency'],
};

/** The mapping of a file of no kind we know: common labels, taken where they contradict each other nowhere. */
export const plainMapping: Mapping = { name: 'plain', columns, fallbacks };

/** The mappings that coinlog brings. The first whose `when` a header has is the file's. */
export const shippedMappings: readonly Mapping[] = [
  { ...plainMapping, name: 'coinmarketcap-v1', when: ['24h_volume_usd', 'available_supply'] },
  {
    ...plainMapping,
    name: 'coingecko-export',
    when: ['current_price', 'market_cap_rank', 'last_updated'],
    idsOf: 'coingecko',
  },
  // The day's high and low are left out: a candle may be of an hour or of a month.
  { ...plainMapping, name: 'ohlc', when: ['open', 'high', 'low', 'close'] },
  plainMapping,
];
