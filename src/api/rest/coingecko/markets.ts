import { z } from 'zod';
import type { Queryable } from '../../../database/client.ts';
import { readMarketPage, marketOrders } from '../../../read/coingecko/market-page.ts';
import { readGeckoIds, resolveGeckoIds } from '../../../read/coingecko/named-coins.ts';
import { candleKeyText, readCandles, type CandleKey } from '../../../read/graphql/candles.ts';
import { answerUntagged, type AnswerTagged } from '../answer.ts';
import type { RestDeps } from '../deps.ts';
import { flag, oneOf, requiredText, textOrNull, wholeNumber } from '../query.ts';
import { defineRoute, type RestRoute } from '../route.ts';
import {
  geckoPrefixes,
  geckoTag,
  isPrecision,
  isUsd,
  listed,
  refuseGecko,
  wrongPrecision,
} from './common.ts';
import { asGeckoMarket, changeWindows } from './market-shape.ts';
import { geckoMarkets, type GeckoMarket } from './shapes.ts';

const query = z.object({
  vs_currency: requiredText('`usd`: the consensus is in US dollars.'),
  ids: textOrNull('Ids, with commas between them.'),
  symbols: textOrNull('Symbols, with commas between them.'),
  names: textOrNull('Names, with commas between them.'),
  include_tokens: oneOf('Of coins with one symbol the highest ranked, or all.', ['top', 'all'], 'top'),
  category: textOrNull('Refused: no source that is read here tells categories.'),
  order: oneOf('Order.', marketOrders, 'market_cap_desc'),
  per_page: wholeNumber('Coins a page.', 1, 250, 100),
  page: wholeNumber('Which page.', 1, 1_000_000, 1),
  sparkline: flag('With the prices of the last 7 days.', false),
  price_change_percentage: textOrNull('Any of 1h, 24h, 7d, 30d, with commas between them.'),
  precision: textOrNull('Decimals of the price: full, or a number from 0 to 18.'),
});
type Query = z.output<typeof query>;

const hourMs = 3_600_000;

/** The last 7 days by the hour, of each coin that has them. */
async function readSparklines(
  sql: Queryable,
  coinIds: readonly string[],
  now: Date,
): Promise<Map<string, number[]>> {
  const toMs = now.getTime();
  const span: Omit<CandleKey, 'coinId'> = {
    fromMs: toMs - 168 * hourMs,
    toMs,
    intervalMs: hourMs,
    originMs: toMs,
    source: null,
    moment: null,
  };
  const keys = coinIds.map((coinId) => ({ ...span, coinId }));
  const candles = await readCandles(sql, keys);
  return new Map(
    keys.map((key) => [
      key.coinId,
      (candles.get(candleKeyText(key)) ?? []).map(({ close }) => Number(close)),
    ]),
  );
}

/** Why a question is refused; null: it is none. */
function fault({ vs_currency: currency, category, precision }: Query): string | null {
  if (!isUsd(currency)) return 'invalid vs_currency';
  if (category !== null) return 'category is not known here';
  return isPrecision(precision) ? null : wrongPrecision;
}

/** `/coins/markets`: the consensus in CoinGecko's own shape. */
export function geckoMarketsRoute(deps: RestDeps, answer: AnswerTagged): RestRoute {
  async function readMarkets(sql: Queryable, asked: Query): Promise<GeckoMarket[]> {
    const ids = listed(asked.ids);
    const symbols = listed(asked.symbols);
    const wanted = ids === null ? null : await resolveGeckoIds(sql, ids, deps.sources);
    const filter = {
      coinIds: wanted === null ? null : [...wanted.values()],
      symbols,
      names: listed(asked.names),
      topOnly: symbols !== null && asked.include_tokens === 'top',
    };
    const rows = await readMarketPage(sql, filter, asked.order, {
      page: asked.page,
      perPage: asked.per_page,
    });
    const own = await readGeckoIds(
      sql,
      rows.map(({ coinId }) => coinId),
    );
    const askedAs = new Map([...(wanted ?? [])].map(([id, coinId]) => [coinId, id]));
    const windows = changeWindows.filter((window) => listed(asked.price_change_percentage)?.includes(window));
    const shown = { windows, precision: asked.precision };
    const sparklines = asked.sparkline
      ? await readSparklines(
          sql,
          rows.map(({ coinId }) => coinId),
          deps.now(),
        )
      : null;
    return rows.map((row) => ({
      ...asGeckoMarket(askedAs.get(row.coinId) ?? own.get(row.coinId) ?? row.coinId, row, shown),
      ...(sparklines ? { sparkline_in_7d: { price: sparklines.get(row.coinId) ?? [] } } : {}),
    }));
  }

  return defineRoute({
    path: '/coins/markets',
    prefixes: geckoPrefixes,
    operationId: 'geckoListMarkets',
    tag: geckoTag,
    summary: 'Coins with their consensus, page by page',
    query,
    answer: { kind: 'json', schema: geckoMarkets },
    refusals: [400, 422],
    reads: 'maybe-tagged',
    async handle({ query: asked, request, reply }) {
      const refused = fault(asked);
      if (refused !== null) return refuseGecko(request, reply, 400, refused);
      // A sparkline ends now.
      if (asked.sparkline) return answerUntagged(deps, reply, ({ sql }) => readMarkets(sql, asked));
      return answer(request, reply, ['gecko markets', asked], async ({ sql }) => ({
        body: await readMarkets(sql, asked),
      }));
    },
  });
}
