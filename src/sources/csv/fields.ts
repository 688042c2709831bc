import { type DecimalField, decimalFields } from '../record.ts';

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

/** Columns in which a file names its coins by the ids of other sources, and whose ids they are. */
export const declaredSources = { coingeckoId: 'coingecko', coinpaprikaId: 'coinpaprika' } as const;
export type DeclaredField = keyof typeof declaredSources;
export const declaredFields = Object.keys(declaredSources) as DeclaredField[];

const otherFields = [
  'id',
  'symbol',
  'name',
  'imageUrl',
  'rank',
  'date',
  'currency',
  'coingeckoId',
  'coinpaprikaId',
] as const;

/** What a column can be taken for. */
export const fieldNames = [...otherFields, ...decimalFields] as const;
export type Field = (typeof fieldNames)[number];

export const isDecimalField = (field: Field): field is DecimalField => field in decimalKinds;

export const isMoneyField = (field: Field): boolean =>
  isDecimalField(field) && decimalKinds[field] === 'money';

/** The prices of one coin: what a display rounds to two decimals may become 0 without being it. */
export const unitPriceFields: ReadonlySet<Field> = new Set<Field>(['price', 'high24h', 'low24h', 'ath']);

/** The currencies a label may end with; a list, since any three letters would make `price_low` one. */
export const labelCurrencies: readonly string[] =
  'USD EUR GBP JPY CNY KRW INR AUD CAD CHF BRL MXN RUB TRY PLN SEK NOK DKK HKD SGD NZD ZAR BTC ETH'.split(
    ' ',
  );
