import { z } from 'zod';
import { allSettled } from '../../all-settled.ts';
import { readRecordsBySource } from '../../read/rest/source-records.ts';
import { readSummary } from '../../read/rest/summary.ts';
import type { AnswerTagged } from './answer.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import { dataSummary, type DataSummaryBody } from './shapes/summary.ts';

export const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

/** `/data/summary`: how much there is, of what, and how new. */
export const summaryRoute = (answer: AnswerTagged): RestRoute =>
  defineRoute({
    path: '/data/summary',
    prefixes: bothPrefixes,
    operationId: 'summariseData',
    tag: 'Data',
    summary: 'How much there is, of what, and how new',
    query: z.object({}),
    answer: { kind: 'json', schema: dataSummary },
    reads: 'tagged',
    handle: ({ request, reply }) =>
      answer(request, reply, ['summary'], async ({ sql }) => {
        const [records, summary] = await allSettled([readRecordsBySource(sql), readSummary(sql)]);
        const body: Omit<DataSummaryBody, 'metadata'> = {
          total_records: sumOf(records.values()),
          unique_coins: summary.uniqueCoins,
          canonical_coins: summary.canonicalCoins,
          records_by_source: Object.fromEntries(records),
          latest_updates: Object.fromEntries(
            [...summary.latestUpdates].map(([source, at]) => [source, at.toISOString()]),
          ),
        };
        return { body, metadata: {} };
      }),
  });
