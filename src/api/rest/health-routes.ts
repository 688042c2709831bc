import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allSettled } from '../../all-settled.ts';
import { countCheckpoints } from '../../read/rest/checkpoints.ts';
import { addTotals, readRunTotals, type SourceRunTotals } from '../../read/rest/run-totals.ts';
import { readRecordsBySource } from '../../read/rest/source-records.ts';
import type { ReadSession } from '../../read/session.ts';
import type { RestDeps } from './deps.ts';
import { healthOf, readLastRun, type Look, type LookAt } from './health.ts';
import { lastHours } from '../../read/last-hours.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import { health, healthDetailed, type HealthDetailedBody, type RecentStats } from './shapes/health.ts';
import { averageDuration, round, successRate } from './shapes/runs.ts';
import { sumOf } from './summary.ts';

function labelled(request: FastifyRequest, reply: FastifyReply, look: Look<unknown>): FastifyReply {
  if (look.kind === 'away') request.log.warn({ reason: look.reason }, 'health without the database');
  reply.header('Cache-Control', 'no-store');
  return look.kind === 'seen' ? reply.header('X-Read-Model-Version', look.version) : reply;
}

/** `/health`: always 200; the body tells. */
export const healthRoute = (deps: RestDeps, look: LookAt): RestRoute =>
  defineRoute({
    path: '/health',
    prefixes: bothPrefixes,
    operationId: 'readHealth',
    tag: 'Health',
    summary: 'How the service is: always 200, the body tells',
    query: z.object({}),
    answer: { kind: 'json', schema: health },
    reads: 'nothing',
    async handle({ request, reply }) {
      const found = await look(readLastRun);
      const lastRun = found.kind === 'seen' ? found.seen : null;
      return labelled(request, reply, found).send(
        healthOf({ connected: found.kind !== 'away', lastRun }, deps.version, deps.now()),
      );
    },
  });

async function readDetails(session: ReadSession, since: Date) {
  const [lastRun, ever, recent, records, checkpoints] = await allSettled([
    readLastRun(session),
    readRunTotals(session.sql, null),
    readRunTotals(session.sql, since),
    readRecordsBySource(session.sql),
    countCheckpoints(session.sql),
  ]);
  return { lastRun, ever, recent, normalized: sumOf(records.values()), checkpoints };
}
type Details = Awaited<ReturnType<typeof readDetails>>;

const noDetails: Details = { lastRun: null, ever: [], recent: [], normalized: 0, checkpoints: 0 };

/** Raw records are those received and kept in the log: what the runs of a source have read. */
const databaseStats = (
  sources: readonly string[],
  { ever, normalized, checkpoints }: Details,
): HealthDetailedBody['database_stats'] => ({
  ...Object.fromEntries(
    sources.map((name) => [
      `raw_${name}_records`,
      ever.find(({ source }) => source === name)?.recordsRead ?? 0,
    ]),
  ),
  normalized_records: normalized,
  checkpoints,
});

function recentStats(recent: readonly SourceRunTotals[], connected: boolean): RecentStats {
  const totals = addTotals(recent);
  if (totals.runs === 0)
    return {
      recent_runs_24h: 0,
      message: connected ? 'No ETL runs in the last 24 hours' : 'The database cannot be reached',
    };
  return {
    recent_runs_24h: totals.runs,
    successful_runs_24h: totals.completed,
    failed_runs_24h: totals.failed,
    success_rate_24h: successRate(totals),
    avg_duration_seconds: round(averageDuration(totals), 3),
    total_records_processed_24h: totals.recordsRead,
  };
}

const unknownCounts = (
  counts: HealthDetailedBody['database_stats'],
): HealthDetailedBody['database_stats'] => ({
  ...Object.fromEntries(Object.keys(counts).map((name) => [name, null])),
  normalized_records: null,
  checkpoints: null,
});

/** `/health/detailed`: with what is stored and what ran lately. Counts are null while the database is away. */
export const healthDetailedRoute = (deps: RestDeps, look: LookAt): RestRoute =>
  defineRoute({
    path: '/health/detailed',
    prefixes: bothPrefixes,
    operationId: 'readHealthDetails',
    tag: 'Health',
    summary: 'The same with what is stored and what ran in the last 24 hours',
    query: z.object({}),
    answer: { kind: 'json', schema: healthDetailed },
    reads: 'nothing',
    async handle({ request, reply }) {
      const now = deps.now();
      const found = await look((session) => readDetails(session, lastHours(24, now).start));
      const connected = found.kind !== 'away';
      const details = found.kind === 'seen' ? found.seen : noDetails;
      const counts = databaseStats(deps.sources, details);
      const body: HealthDetailedBody = {
        basic_health: healthOf({ connected, lastRun: details.lastRun }, deps.version, now),
        database_stats: connected ? counts : unknownCounts(counts),
        etl_stats: recentStats(details.recent, connected),
        system_info: {
          timestamp: now.toISOString(),
          timezone: 'UTC',
          started_at: deps.startedAt.toISOString(),
        },
      };
      return labelled(request, reply, found).send(body);
    },
  });
