import { z } from 'zod';
import type { Queryable } from '../../../database/client.ts';
import { readCoinsById, type CoinRow } from '../../../read/graphql/coins.ts';
import { readMarketPage } from '../../../read/coingecko/market-page.ts';
import { resolveGeckoIds } from '../../../read/coingecko/named-coins.ts';
import type { AnswerTagged } from '../answer.ts';
import type { RestDeps } from '../deps.ts';
import { flag, oneOf, requiredText, textOrNull } from '../query.ts';
import { defineRoute, type RestRoute } from '../route.ts';
import {
  geckoPrefixes,
  geckoTag,
  isPrecision,
  isUsd,
  listed,
  numberOf,
  refuseGecko,
  withPrecision,
  wrongPrecision,
} from './common.ts';
import { geckoPrices, type GeckoPrice } from './shapes.ts';

const query = z.object({
  vs_currencies: requiredText('`usd`; others are left out, as CoinGecko leaves out what it does not know.'),
  ids: textOrNull('Ids, with commas between them.'),
  symbols: textOrNull('Symbols, with commas between them; looked at where there are no ids.'),
  names: textOrNull('Names, with commas between them; looked at where there is neither.'),
  include_tokens: oneOf('Of coins with one symbol the highest ranked, or all.', ['top', 'all'], 'top'),
  include_market_cap: flag('With the market capitalisation.', false),
  include_24hr_vol: flag('With the volume of the last 24 hours.', false),
  include_24hr_change: flag('With the change of the last 24 hours, in percent.', false),
  include_last_updated_at: flag('With the time of the newest quote, in seconds since 1970.', false),
  precision: textOrNull('Decimals of the price: full, or a number from 0 to 18.'),
});
type Query = z.output<typeof query>;

function asPrice(row: CoinRow, asked: Query): GeckoPrice {
  const usd = (listed(asked.vs_currencies) ?? []).some(isUsd);
  return {
    ...(usd ? { usd: withPrecision(row.price, asked.precision) } : {}),
    ...(usd && asked.include_market_cap ? { usd_market_cap: numberOf(row.marketCap) } : {}),
    ...(usd && asked.include_24hr_vol ? { usd_24h_vol: numberOf(row.volume24h) } : {}),
    ...(usd && asked.include_24hr_change ? { usd_24h_change: numberOf(row.percentChange24h) } : {}),
    ...(asked.include_last_updated_at
      ? { last_updated_at: row.observedAt === null ? null : Math.floor(row.observedAt.getTime() / 1000) }
      : {}),
  };
}

/** As many as a page of CoinGecko's own has. */
const pricesMax = 250;

/** Coins by what they are asked for as: an id, a symbol in lower case, a name in lower case. */
async function readAsked(
  sql: Queryable,
  asked: Query,
  sources: readonly string[],
): Promise<[string, CoinRow][]> {
  const ids = listed(asked.ids)?.slice(0, pricesMax) ?? null;
  if (ids !== null) {
    const wanted = await resolveGeckoIds(sql, ids, sources);
    const rows = await readCoinsById(sql, [...wanted.values()]);
    return [...wanted].flatMap(([id, coinId]): [string, CoinRow][] => {
      const row = rows.get(coinId);
      return row ? [[id, row]] : [];
    });
  }
  const symbols = listed(asked.symbols);
  const filter = {
    coinIds: null,
    symbols,
    names: symbols === null ? listed(asked.names) : null,
    topOnly: symbols !== null && asked.include_tokens === 'top',
  };
  const rows = await readMarketPage(sql, filter, 'market_cap_desc', { page: 1, perPage: pricesMax });
  return rows.map((row) => [(symbols === null ? row.name : (row.symbol ?? '')).toLowerCase(), row]);
}

/** `/simple/price`: prices by id, symbol or name. */
export const geckoPriceRoute = ({ sources }: RestDeps, answer: AnswerTagged): RestRoute =>
  defineRoute({
    path: '/simple/price',
    prefixes: geckoPrefixes,
    operationId: 'geckoReadPrices',
    tag: geckoTag,
    summary: 'Prices by id, symbol or name',
    query,
    answer: { kind: 'json', schema: geckoPrices },
    refusals: [400, 422],
    reads: 'tagged',
    async handle({ query: asked, request, reply }) {
      if (!isPrecision(asked.precision)) return refuseGecko(request, reply, 400, wrongPrecision);
      if ([asked.ids, asked.symbols, asked.names].every((text) => listed(text) === null))
        return refuseGecko(request, reply, 400, 'give ids, symbols or names');
      return answer(request, reply, ['gecko price', asked], async ({ sql }) => {
        const rows = await readAsked(sql, asked, sources);
        // What comes first is of the larger coin.
        return { body: Object.fromEntries(rows.reverse().map(([key, row]) => [key, asPrice(row, asked)])) };
      });
    },
  });
