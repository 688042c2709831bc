import type { PayloadFields } from '../payload-fields.ts';

const quoteFields = [
  'price',
  'volume_24h',
  'volume_24h_change_24h',
  'market_cap',
  'market_cap_change_24h',
  'percent_change_15m',
  'percent_change_30m',
  'percent_change_1h',
  'percent_change_6h',
  'percent_change_12h',
  'percent_change_24h',
  'percent_change_7d',
  'percent_change_30d',
  'percent_change_1y',
  'ath_price',
  'ath_date',
  'percent_from_price_ath',
];

/**
 * One coin of `/tickers`. The OpenAPI file calls nothing required and says that missing values come as `""`; what a
 * record cannot be read without is required here. Which currencies `quotes` holds is the request's choice, and each
 * holds the same fields.
 */
export const tickerFields: PayloadFields = {
  required: ['id', 'name', 'symbol', 'quotes'],
  optional: [
    'rank',
    // Not on the Free plan.
    'circulating_supply',
    'total_supply',
    'max_supply',
    'beta_value',
    'first_data_at',
    'last_updated',
    ...quoteFields.map((name) => `quotes.*.${name}`),
  ],
  ifRequested: [],
  maps: ['quotes'],
  emptyIsNull: true,
};
