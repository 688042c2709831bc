import { z } from 'zod';
import { readMarketChart, type ChartPoint } from '../../../read/coingecko/market-chart.ts';
import { resolveGeckoIds } from '../../../read/coingecko/named-coins.ts';
import { impossibleText } from '../../../read/rest/coin-filter.ts';
import type { RestDeps } from '../deps.ts';
import { oneOf, requiredText, textOrNull } from '../query.ts';
import { defineRoute, type RestRoute } from '../route.ts';
import {
  geckoPrefixes,
  geckoTag,
  isPrecision,
  isUsd,
  numberOf,
  refuseGecko,
  withPrecision,
  wrongPrecision,
} from './common.ts';
import { geckoChart, type GeckoChart } from './shapes.ts';

const query = z.object({
  vs_currency: requiredText('`usd`: the consensus is in US dollars.'),
  days: requiredText('How many days back, or `max`.'),
  interval: oneOf(
    'Unset: 5 minutes up to a day, hours up to 90 days, else days.',
    ['', '5m', 'hourly', 'daily'],
    '',
  ),
  precision: textOrNull('Decimals of the price: full, or a number from 0 to 18.'),
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const stepsMs = { '5m': 5 * minuteMs, hourly: 60 * minuteMs, daily: dayMs } as const;
// A hundred years, and not so many points that an answer takes long.
const daysMax = 36_500;
const pointsMax = 10_000;

/** How far back in days, null for all; undefined for what is neither. */
function daysOf(text: string): number | null | undefined {
  if (text === 'max') return null;
  const days = Number(text);
  return /^\d{1,5}(?:\.\d+)?$/.test(text) && days > 0 && days <= daysMax ? days : undefined;
}

/** CoinGecko's own: the further back, the coarser. */
function stepOf(interval: '' | keyof typeof stepsMs, days: number | null): number {
  if (interval !== '') return stepsMs[interval];
  if (days !== null && days <= 1) return stepsMs['5m'];
  return days !== null && days <= 90 ? stepsMs.hourly : stepsMs.daily;
}

const asChart = (points: readonly ChartPoint[], precision: string | null): GeckoChart => ({
  prices: points.map(({ at, price }) => [at.getTime(), withPrecision(price, precision)]),
  market_caps: points.map(({ at, marketCap }) => [at.getTime(), numberOf(marketCap)]),
  total_volumes: points.map(({ at, volume24h }) => [at.getTime(), numberOf(volume24h)]),
});

/** `/coins/{id}/market_chart`: a coin's consensus over time. */
export const geckoChartRoute = ({ sessions, sources, now }: RestDeps): RestRoute =>
  defineRoute({
    path: '/coins/{id}/market_chart',
    prefixes: geckoPrefixes,
    operationId: 'geckoReadMarketChart',
    tag: geckoTag,
    summary: "A coin's consensus over time, up to now",
    pathParameters: { id: "CoinGecko's id, or whatever else leads to the coin." },
    query,
    answer: { kind: 'json', schema: geckoChart },
    refusals: [400, 404, 422],
    reads: 'untagged',
    async handle({ query: asked, params, request, reply }) {
      const days = daysOf(asked.days);
      const stepMs = stepOf(asked.interval, days ?? null);
      const id = params['id'] ?? '';
      const refused = (reason: string) => refuseGecko(request, reply, 400, reason);
      if (!isUsd(asked.vs_currency)) return refused('invalid vs_currency');
      if (days === undefined) return refused(`days must be max, or a number up to ${daysMax}`);
      if (!isPrecision(asked.precision)) return refused(wrongPrecision);
      if (days !== null && (days * dayMs) / stepMs > pointsMax)
        return refused('too many points: take a longer interval');
      const to = now();
      const from = days === null ? null : new Date(to.getTime() - days * dayMs);
      if (impossibleText(id)) return refuseGecko(request, reply, 404, 'coin not found');
      const found = await sessions.run(async ({ sql, version }) => {
        const coinId = (await resolveGeckoIds(sql, [id], sources)).get(id);
        if (coinId === undefined) return { version, points: null };
        // Of all there is only days are few enough.
        const step = from === null ? Math.max(stepMs, dayMs) : stepMs;
        return { version, points: await readMarketChart(sql, { coinId, from, to, stepMs: step }) };
      });
      if (found.points === null) return refuseGecko(request, reply, 404, 'coin not found');
      return reply
        .header('X-Read-Model-Version', found.version)
        .header('Cache-Control', 'no-store')
        .send(asChart(found.points, asked.precision));
    },
  });
