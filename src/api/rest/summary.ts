import type { FastifyReply, FastifyRequest } from 'fastify';
import { readRecordsBySource } from '../../read/rest/source-records.ts';
import { readSummary } from '../../read/rest/summary.ts';
import { requestMetadata, type AnswerTagged } from './answer.ts';

export const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

/** `/data/summary`: how much there is, of what, and how new. */
export const summaryRoute = (answer: AnswerTagged) => (request: FastifyRequest, reply: FastifyReply) =>
  answer(request, reply, ['summary'], async ({ sql }) => {
    const [records, summary] = await Promise.all([readRecordsBySource(sql), readSummary(sql)]);
    return {
      total_records: sumOf(records.values()),
      unique_coins: summary.uniqueCoins,
      canonical_coins: summary.canonicalCoins,
      records_by_source: Object.fromEntries(records),
      latest_updates: Object.fromEntries(
        [...summary.latestUpdates].map(([source, at]) => [source, at.toISOString()]),
      ),
      metadata: requestMetadata(request, reply),
    };
  });
