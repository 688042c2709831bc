import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DataRow } from '../../read/rest/data-page.ts';
import { readData } from '../../read/rest/data.ts';
import { requestMetadata, type AnswerTagged } from './answer.ts';
import type { RestDeps } from './deps.ts';
import { parseQuery, refuse, textOrNull, wholeNumber } from './query.ts';

const dataQuery = z.object({
  page: wholeNumber(1, Infinity, 1),
  limit: wholeNumber(1, 1000, 100),
  source: textOrNull,
  coin_id: textOrNull,
  symbol: textOrNull,
});

const numberOrNull = (decimal: string | null): number | null => (decimal === null ? null : Number(decimal));

const asJson = (row: DataRow) => ({
  id: row.id,
  coin_id: row.sourceCoinId,
  name: row.name,
  symbol: row.symbol,
  price_usd: numberOrNull(row.priceUsd),
  market_cap_usd: numberOrNull(row.marketCapUsd),
  volume_24h_usd: numberOrNull(row.volume24hUsd),
  rank: row.rank,
  percent_change_24h: numberOrNull(row.percentChange24h),
  source: row.source,
  processed_at: row.processedAt.toISOString(),
  canonical_coin_id: row.coinId,
});

/** Pure: where a page stands among all of them. There is a page before any but the first, even past the end. */
export function paginate(page: number, limit: number, total: number) {
  const pages = Math.ceil(total / limit);
  return {
    page,
    limit,
    total_records: total,
    total_pages: pages,
    has_next: page < pages,
    has_prev: page > 1,
    next_page: page < pages ? page + 1 : null,
    prev_page: page > 1 ? page - 1 : null,
  };
}

/** `/data`: the history row by row. */
export const dataRoute =
  (deps: RestDeps, answer: AnswerTagged) => async (request: FastifyRequest, reply: FastifyReply) => {
    const parsed = parseQuery(dataQuery, request.query);
    if (parsed.kind === 'refused') return refuse(request, reply, 422, parsed.faults);
    const { page, limit, source, coin_id: coinId, symbol } = parsed.query;
    if (source !== null && !deps.sources.includes(source)) {
      // Word for word what the old service said.
      const reason = `Source must be one of: ${deps.sources.join(', ')} (type=value_error)`;
      return refuse(request, reply, 400, `1 validation error for DataQueryParams\nsource\n  ${reason}`);
    }
    return answer(request, reply, ['data', parsed.query], async ({ sql }) => {
      const { rows, total } = await readData(
        sql,
        { source, coinId, symbol },
        { offset: (page - 1) * limit, limit },
      );
      return {
        data: rows.map(asJson),
        pagination: paginate(page, limit, total),
        metadata: {
          ...requestMetadata(request, reply),
          filters_applied: { source, coin_id: coinId, symbol },
          records_returned: rows.length,
        },
      };
    });
  };
