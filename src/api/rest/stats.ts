import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listRuns } from '../../read/rest/list-runs.ts';
import { restStatuses } from '../../read/rest/run-status.ts';
import { addTotals, readRunTotals } from '../../read/rest/run-totals.ts';
import { readRecordsBySource } from '../../read/rest/source-records.ts';
import type { AnswerTagged } from './answer.ts';
import { parseQuery, refuse, textOrNull, wholeNumber } from './query.ts';
import { asLastFailure, asLastSuccess, asRunRow, averageDuration, round } from './run-shapes.ts';

/** `/stats`: all runs there ever were. */
export const statsRoute = (answer: AnswerTagged) => (request: FastifyRequest, reply: FastifyReply) =>
  answer(request, reply, ['stats'], async ({ sql }) => {
    const [bySource, [succeeded], [failed], records] = await Promise.all([
      readRunTotals(sql, null),
      listRuns(sql, { status: 'completed', limit: 1 }),
      listRuns(sql, { status: 'failed', limit: 1 }),
      readRecordsBySource(sql),
    ]);
    const totals = addTotals(bySource);
    return {
      total_runs: totals.runs,
      successful_runs: totals.completed,
      failed_runs: totals.failed,
      last_successful_run: succeeded ? asLastSuccess(succeeded) : null,
      last_failed_run: failed ? asLastFailure(failed) : null,
      records_by_source: Object.fromEntries(records),
      avg_duration_seconds: round(averageDuration(totals), 3),
    };
  });

const runsQuery = z.object({ limit: wholeNumber(1, 1000, 50), source: textOrNull, status: textOrNull });

/** `/stats/runs`: runs, newest first. A source nobody knows has none. */
export const runsRoute = (answer: AnswerTagged) => async (request: FastifyRequest, reply: FastifyReply) => {
  const parsed = parseQuery(runsQuery, request.query);
  if (parsed.kind === 'refused') return refuse(request, reply, 422, parsed.faults);
  const { limit, source, status: asked } = parsed.query;
  const status = restStatuses.find((known) => known === asked) ?? null;
  if (asked !== null && status === null)
    return refuse(request, reply, 400, 'Invalid status. Must be: running, completed, or failed');
  return answer(request, reply, ['runs', parsed.query], async ({ sql }) =>
    (await listRuns(sql, { source, status, limit })).map(asRunRow),
  );
};
