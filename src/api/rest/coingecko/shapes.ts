import { z } from 'zod';
import { named, numberOrNull, text, textOrNull, timeOrNull } from '../shapes/named.ts';

const usd = (what: string) => numberOrNull(`${what}, in US dollars.`);
const unknown = z.null().describe('No source that is read here says it.');
const changed = (window: string) => numberOrNull(`Of the last ${window}, in percent.`).optional();

const geckoMarket = named(
  'CoinGeckoMarket',
  z.object({
    id: text("CoinGecko's id; as asked for, where ids were asked for; else the canonical one."),
    symbol: text('Lower case.'),
    name: text('Its name.'),
    image: textOrNull('Address of a picture.'),
    current_price: usd('Consensus of all sources'),
    market_cap: usd('Market capitalisation'),
    market_cap_rank: z.int().nullable().describe('Its rank.'),
    fully_diluted_valuation: usd('Fully diluted valuation'),
    total_volume: usd('Volume of the last 24 hours'),
    high_24h: usd('Highest of the last 24 hours'),
    low_24h: usd('Lowest of the last 24 hours'),
    price_change_24h: usd('Made of the price and its change in percent'),
    price_change_percentage_24h: numberOrNull('In percent.'),
    market_cap_change_24h: unknown,
    market_cap_change_percentage_24h: unknown,
    circulating_supply: numberOrNull('In circulation.'),
    total_supply: numberOrNull('In all.'),
    max_supply: numberOrNull('Ever.'),
    ath: usd('Highest ever'),
    ath_change_percentage: numberOrNull('From there, in percent.'),
    ath_date: unknown,
    atl: unknown,
    atl_change_percentage: unknown,
    atl_date: unknown,
    roi: unknown,
    last_updated: timeOrNull('Of the newest quote in the consensus.'),
    price_change_percentage_1h_in_currency: changed('hour'),
    price_change_percentage_24h_in_currency: changed('day'),
    price_change_percentage_7d_in_currency: changed('7 days'),
    price_change_percentage_30d_in_currency: changed('30 days'),
    sparkline_in_7d: z
      .object({ price: z.array(z.number()).describe('By the hour, oldest first.') })
      .optional()
      .describe('Where it was asked for.'),
  }),
);
export type GeckoMarket = z.infer<typeof geckoMarket>;
export const geckoMarkets = named('CoinGeckoMarkets', z.array(geckoMarket));

const geckoPrice = z.record(z.string(), z.number().nullable());
export type GeckoPrice = z.infer<typeof geckoPrice>;
export const geckoPrices = named(
  'CoinGeckoPrices',
  z.record(z.string(), geckoPrice).describe('By the id as it was asked for; unknown ones are absent.'),
);

const point = z
  .tuple([z.number(), z.number().nullable()])
  .describe('Milliseconds since 1970, and the value.');
export const geckoChart = named(
  'CoinGeckoMarketChart',
  z.object({
    prices: z.array(point).describe('In US dollars, oldest first.'),
    market_caps: z.array(point).describe('Likewise.'),
    total_volumes: z.array(point).describe('Likewise, of the 24 hours before.'),
  }),
);
export type GeckoChart = z.infer<typeof geckoChart>;

export const geckoPing = named('CoinGeckoPing', z.object({ gecko_says: text('Something friendly.') }));
