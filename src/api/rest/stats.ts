import { z } from 'zod';
import { allSettled } from '../../all-settled.ts';
import { listRuns } from '../../read/rest/list-runs.ts';
import { restStatuses } from '../../read/rest/run-status.ts';
import { addTotals, readRunTotals } from '../../read/rest/run-totals.ts';
import { readRecordsBySource } from '../../read/rest/source-records.ts';
import type { AnswerTagged } from './answer.ts';
import { refuse, textOrNull, wholeNumber } from './query.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import {
  asLastFailure,
  asLastSuccess,
  asRunRow,
  averageDuration,
  round,
  runList,
  stats,
  type RunListBody,
  type StatsBody,
} from './shapes/runs.ts';

/** `/stats`: all runs there ever were. */
export const statsRoute = (answer: AnswerTagged): RestRoute =>
  defineRoute({
    path: '/stats',
    prefixes: bothPrefixes,
    operationId: 'readStats',
    tag: 'Runs',
    summary: 'All runs there ever were, the last good and the last failed one',
    query: z.object({}),
    answer: { kind: 'json', schema: stats },
    reads: 'tagged',
    handle: ({ request, reply }) =>
      answer(request, reply, ['stats'], async ({ sql }) => {
        const [bySource, [succeeded], [failed], records] = await allSettled([
          readRunTotals(sql, null),
          listRuns(sql, { status: 'completed', limit: 1 }),
          listRuns(sql, { status: 'failed', limit: 1 }),
          readRecordsBySource(sql),
        ]);
        const totals = addTotals(bySource);
        const body: StatsBody = {
          total_runs: totals.runs,
          successful_runs: totals.completed,
          failed_runs: totals.failed,
          last_successful_run: succeeded ? asLastSuccess(succeeded) : null,
          last_failed_run: failed ? asLastFailure(failed) : null,
          records_by_source: Object.fromEntries(records),
          avg_duration_seconds: round(averageDuration(totals), 3),
        };
        return { body };
      }),
  });

const runsQuery = z.object({
  limit: wholeNumber('How many.', 1, 1000, 50),
  source: textOrNull('Only of this source; one that nobody knows has none.'),
  status: textOrNull('Only in this state; an unknown one is refused with 400.', restStatuses),
});

/** `/stats/runs`: runs, newest first. */
export const runsRoute = (answer: AnswerTagged): RestRoute =>
  defineRoute({
    path: '/stats/runs',
    prefixes: bothPrefixes,
    operationId: 'listRuns',
    tag: 'Runs',
    summary: 'Runs, newest first',
    query: runsQuery,
    answer: { kind: 'json', schema: runList },
    refusals: [400, 422],
    reads: 'tagged',
    async handle({ query, request, reply }) {
      const { limit, source, status: asked } = query;
      const status = restStatuses.find((known) => known === asked) ?? null;
      if (asked !== null && status === null)
        return refuse(request, reply, 400, 'Invalid status. Must be: running, completed, or failed');
      return answer(request, reply, ['runs', query], async ({ sql }) => {
        const body: RunListBody = (await listRuns(sql, { source, status, limit })).map(asRunRow);
        return { body };
      });
    },
  });
