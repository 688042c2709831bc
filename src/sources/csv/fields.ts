import type { DecimalField } from '../record.ts';

/** How a cell of a decimal field may be written: a sum of money, a percentage or a plain amount. */
export type CellKind = 'money' | 'percent' | 'amount';

export const decimalKinds: Record<DecimalField, CellKind> = {
  price: 'money',
  marketCap: 'money',
  volume24h: 'money',
  fullyDilutedValuation: 'money',
  percentChange1h: 'percent',
  percentChange24h: 'percent',
  percentChange7d: 'percent',
  percentChange30d: 'percent',
  high24h: 'money',
  low24h: 'money',
  ath: 'money',
  circulatingSupply: 'amount',
  totalSupply: 'amount',
  maxSupply: 'amount',
};

const otherFields = ['id', 'symbol', 'name', 'imageUrl', 'rank', 'date', 'currency'] as const;

/** What a column can be taken for. */
export type Field = DecimalField | (typeof otherFields)[number];

export function isMoneyField(field: Field): boolean {
  return field in decimalKinds && decimalKinds[field as DecimalField] === 'money';
}

/**
 * The labels a field is known by, in ranks. A column of an earlier rank wins over those of a later one; two of
 * the same rank are a contradiction, and the file is refused. Money may be followed by its currency
 * (`price_usd`, `24h_volume_usd`).
 */
export const aliases: Record<Field, readonly (readonly string[])[]> = {
  id: [['id', 'coin_id'], ['slug']],
  symbol: [['symbol'], ['ticker', 'code', 'coin_symbol']],
  name: [
    ['name', 'coin_name', 'currency_name'],
    ['coin', 'cryptocurrency', 'asset'],
  ],
  imageUrl: [['image', 'image_url', 'logo']],
  rank: [['rank', 'market_cap_rank', 'cmc_rank'], ['position']],
  currency: [['quote_currency', 'vs_currency'], ['currency']],
  date: [
    ['last_updated', 'last_updated_at', 'updated_at', 'observed_at'],
    ['date', 'datetime', 'timestamp', 'time'],
  ],
  price: [['price', 'current_price', 'last_price'], ['value'], ['close', 'closing_price']],
  marketCap: [['market_cap', 'mcap', 'market_capitalization']],
  volume24h: [
    ['volume_24h', '24h_volume', 'daily_volume', 'total_volume', 'vol_24h'],
    ['volume', 'vol'],
  ],
  fullyDilutedValuation: [['fully_diluted_valuation', 'fully_diluted_market_cap', 'fdv']],
  percentChange1h: [['percent_change_1h', 'price_change_percentage_1h', 'change_1h', '1h_change'], ['1h']],
  percentChange24h: [
    ['percent_change_24h', 'price_change_percentage_24h', 'change_24h', 'daily_change', '24h_change'],
    ['price_change_percentage_24h_in_currency', '24h'],
  ],
  percentChange7d: [
    ['percent_change_7d', 'price_change_percentage_7d', 'change_7d', '7d_change'],
    ['price_change_percentage_7d_in_currency', '7d'],
  ],
  percentChange30d: [
    ['percent_change_30d', 'price_change_percentage_30d', 'change_30d', '30d_change'],
    ['price_change_percentage_30d_in_currency', '30d'],
  ],
  high24h: [['high_24h', '24h_high']],
  low24h: [['low_24h', '24h_low']],
  ath: [['ath', 'ath_price', 'all_time_high']],
  circulatingSupply: [['circulating_supply', 'available_supply']],
  totalSupply: [['total_supply']],
  maxSupply: [['max_supply']],
};

/** The currencies a label may end with; a list, since any three letters would make `price_low` one. */
export const labelCurrencies: readonly string[] =
  'USD EUR GBP JPY CNY KRW INR AUD CAD CHF BRL MXN RUB TRY PLN SEK NOK DKK HKD SGD NZD ZAR BTC ETH'.split(
    ' ',
  );
