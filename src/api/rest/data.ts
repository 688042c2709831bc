import { z } from 'zod';
import { createDataReader } from '../../read/rest/data.ts';
import { decodePlace } from '../../read/rest/data-place.ts';
import type { AnswerTagged } from './answer.ts';
import type { RestDeps } from './deps.ts';
import { refuse, textOrNull, wholeNumber } from './query.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import { dataPage, paginate, type DataPageBody } from './shapes/data.ts';

const queryOf = (sources: readonly string[]) =>
  z.object({
    page: wholeNumber('Which page.', 1, Infinity, 1),
    limit: wholeNumber('Rows a page.', 1, 1000, 100),
    source: textOrNull('Only of this source; an unknown one is refused with 400.', sources),
    coin_id: textOrNull("Part of the source's own id, in any case. `%` and `_` are plain characters."),
    symbol: textOrNull('Part of the symbol, likewise.'),
    after: textOrNull(
      'A `next_cursor`: the rows behind it, as fast as the first ones however far down, and none twice. `page` is then not looked at.',
    ),
  });

/** `/data`: the history row by row. */
export function dataRoute(
  { sources, rowCacheBytes }: Pick<RestDeps, 'sources' | 'rowCacheBytes'>,
  answer: AnswerTagged,
): RestRoute {
  const readData = createDataReader(rowCacheBytes);
  return defineRoute({
    path: '/data',
    prefixes: bothPrefixes,
    operationId: 'listData',
    tag: 'Data',
    summary: 'The history row by row, newest recorded first',
    query: queryOf(sources),
    answer: { kind: 'json', schema: dataPage },
    refusals: [400, 422],
    reads: 'tagged',
    async handle({ query, request, reply }) {
      const { page: asked, limit, source, coin_id: coinId, symbol, after } = query;
      if (source !== null && !sources.includes(source)) {
        // Word for word what the old service said.
        const reason = `Source must be one of: ${sources.join(', ')} (type=value_error)`;
        return refuse(request, reply, 400, `1 validation error for DataQueryParams\nsource\n  ${reason}`);
      }
      const filter = { source, coinId, symbol };
      const place = after === null ? null : decodePlace(after, filter);
      if (place?.kind === 'refused') return refuse(request, reply, 400, `after ${place.reason}.`);
      const page = place === null ? asked : 1;
      return answer(request, reply, ['data', { ...query, page }], async (session) => {
        const start = place === null ? { offset: (page - 1) * limit } : { behind: place.place };
        const { json, count, total, next } = await readData(session, filter, { ...start, limit });
        const pagination = paginate({ page, limit, total, next, behind: place !== null });
        const metadata: Omit<DataPageBody['metadata'], 'request_id' | 'api_latency_ms'> = {
          filters_applied: { source, coin_id: coinId, symbol },
          records_returned: count,
        };
        return { body: `{"data":${json},"pagination":${JSON.stringify(pagination)}}`, metadata };
      });
    },
  });
}
