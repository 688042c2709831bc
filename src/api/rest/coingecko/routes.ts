import { z } from 'zod';
import type { AnswerTagged } from '../answer.ts';
import type { RestDeps } from '../deps.ts';
import { defineRoute, type RestRoute } from '../route.ts';
import { geckoPrefixes, geckoTag } from './common.ts';
import { geckoChartRoute } from './market-chart.ts';
import { geckoMarketsRoute } from './markets.ts';
import { geckoPing } from './shapes.ts';
import { geckoPriceRoute } from './simple-price.ts';

/** `/ping`: clients ask it whether the address is right. */
const pingRoute = (): RestRoute =>
  defineRoute({
    path: '/ping',
    prefixes: geckoPrefixes,
    operationId: 'geckoPing',
    tag: geckoTag,
    summary: 'Whether anybody is there',
    query: z.object({}),
    answer: { kind: 'json', schema: geckoPing },
    reads: 'nothing',
    handle: async () => ({ gecko_says: '(V3) To the Moon!' }),
  });

/** CoinGecko's read shape over the consensus of all sources: a client moves by changing its base URL. */
export const geckoRoutes = (deps: RestDeps, answer: AnswerTagged): RestRoute[] => [
  pingRoute(),
  geckoMarketsRoute(deps, answer),
  geckoPriceRoute(deps, answer),
  geckoChartRoute(deps),
];
