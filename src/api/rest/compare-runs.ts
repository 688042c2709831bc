import { z } from 'zod';
import type { AnomalyRow } from '../../read/anomalies.ts';
import { readAnomaliesBetween } from '../../read/anomalies-between.ts';
import { compareRunsOf, type RunsCompared } from '../../read/compare-runs.ts';
import { impossibleText } from '../../read/rest/coin-filter.ts';
import { listRunsById, type ListedRun } from '../../read/rest/list-runs.ts';
import { problemOf } from '../http/problem.ts';
import type { AnswerTagged } from './answer.ts';
import type { RestDeps } from './deps.ts';
import { refuse, requiredText } from './query.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import { runComparison, type RunComparisonBody } from './shapes/comparison.ts';
import { asRunRow, round } from './shapes/runs.ts';

const query = z.object({
  base: requiredText('The run to compare with.'),
  other: requiredText('The run that is compared; of the same source.'),
});

interface Runs {
  base: ListedRun;
  other: ListedRun;
}

const durationOf = ({ startedAt, endedAt }: ListedRun): number | null =>
  endedAt === null ? null : endedAt.getTime() - startedAt.getTime();

function durationRatio({ base, other }: Runs): number | null {
  const [before, after] = [durationOf(base), durationOf(other)];
  return before === null || after === null || before === 0 ? null : round(after / before, 4);
}

/** Pure: the body of a comparison. */
function asComparison(runs: Runs, coins: RunsCompared, anomalies: readonly AnomalyRow[]): RunComparisonBody {
  const { base, other } = runs;
  return {
    base: asRunRow(base),
    other: asRunRow(other),
    duration_ratio: durationRatio(runs),
    records_delta: other.recordsRead - base.recordsRead,
    rejected_delta: other.rejected - base.rejected,
    coins_complete: coins.complete,
    coins_added: coins.added,
    coins_lost: coins.lost,
    largest_price_moves: coins.moves.map(({ sourceCoinId, from, to, percent }) => ({
      coin_id: sourceCoinId,
      canonical_coin_id: coins.canonical.get(sourceCoinId) ?? null,
      from_usd: Number(from),
      to_usd: Number(to),
      percent: round(percent, 4),
    })),
    anomalies: anomalies.map(({ anomalyId, kind, severity, coinId, message, raisedAt }) => ({
      anomaly_id: anomalyId,
      kind,
      severity,
      coin_id: coinId,
      message,
      raised_at: raisedAt.toISOString(),
    })),
  };
}

/** `/stats/runs/compare`: two runs of one source, and what became of the coins between them. */
export function compareRunsRoute({ sessions, archive }: RestDeps, answer: AnswerTagged): RestRoute {
  return defineRoute({
    path: '/stats/runs/compare',
    prefixes: bothPrefixes,
    operationId: 'compareRuns',
    tag: 'Runs',
    summary: 'Two runs of one source, and what became of the coins between them',
    query,
    answer: { kind: 'json', schema: runComparison },
    refusals: [400, 404, 422],
    reads: 'tagged',
    async handle({ query: asked, request, reply }) {
      const ids = [asked.base, asked.other];
      const found = ids.some(impossibleText)
        ? new Map<string, ListedRun>()
        : await sessions.run(({ sql }) => listRunsById(sql, ids));
      const [base, other] = [found.get(asked.base), found.get(asked.other)];
      if (!base || !other)
        return reply
          .status(404)
          .send(problemOf(request, 'RUN_NOT_FOUND', `There is no run ${base ? asked.other : asked.base}.`));
      if (base.source !== other.source)
        return refuse(
          request,
          reply,
          400,
          `A run of ${base.source} cannot be compared with one of ${other.source}.`,
        );
      return answer(request, reply, ['compare runs', asked], async (session) => {
        // Once more: what the answer says belongs to its own snapshot.
        const now = await listRunsById(session.sql, ids);
        const runs = { base: now.get(asked.base) ?? base, other: now.get(asked.other) ?? other };
        const compared = await compareRunsOf(session.sql, { source: base.source, ...asked }, archive);
        const anomalies = await readAnomaliesBetween(session.sql, { source: base.source, runIds: ids });
        return { body: asComparison(runs, compared, anomalies) };
      });
    },
  });
}
