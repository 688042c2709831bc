import type { PayloadFields, RequestedField } from '../payload-fields.ts';
import type { RecordedParams } from '../source.ts';

/** Every window that `price_change_percentage` may list. */
const windows = ['1h', '24h', '7d', '14d', '30d', '200d', '1y'];

const lists = (params: RecordedParams, name: string, item: string): boolean =>
  String(params[name] ?? '')
    .split(',')
    .some((listed) => listed.trim() === item);

const isTrue = (params: RecordedParams, name: string): boolean => String(params[name]) === 'true';

const changes = windows.map((window): RequestedField => ({
  path: `price_change_percentage_${window}_in_currency`,
  requested: (params) => lists(params, 'price_change_percentage', window),
}));

/**
 * One coin of `/coins/markets`, as its OpenAPI file has it. The keys it calls required were in all 230 coins recorded
 * from 2021 to 2025; most of them may be null.
 */
export const marketFields: PayloadFields = {
  required: [
    'id',
    'symbol',
    'name',
    'image',
    'current_price',
    'market_cap',
    'market_cap_rank',
    'fully_diluted_valuation',
    'total_volume',
    'high_24h',
    'low_24h',
    'price_change_24h',
    'price_change_percentage_24h',
    'market_cap_change_24h',
    'market_cap_change_percentage_24h',
    'circulating_supply',
    'total_supply',
    'max_supply',
    'ath',
    'ath_change_percentage',
    'ath_date',
    'atl',
    'atl_change_percentage',
    'atl_date',
    'roi',
    'last_updated',
  ],
  optional: ['roi.times', 'roi.currency', 'roi.percentage'],
  ifRequested: [
    ...changes,
    { path: 'sparkline_in_7d', requested: (params) => isTrue(params, 'sparkline') },
    {
      path: 'market_cap_rank_with_rehypothecated',
      requested: (params) => isTrue(params, 'include_rehypothecated'),
    },
  ],
  maps: [],
  emptyIsNull: false,
};
