import type { FastifyInstance } from 'fastify';
import type { Sql } from '../../database/client.ts';
import { checkSchema } from '../../database/migrate.ts';
import { messageOf } from '../../errors.ts';
import { readSourceControls, type ControlledSource } from '../../control/status.ts';
import { anomalyKinds } from '../../projections/anomalies/events.ts';
import { countOpenAnomalies } from '../../read/anomalies.ts';
import { countOpenDrifts } from '../../read/drifts.ts';
import { readLag } from '../../read/lag.ts';
import { countOpenRejected } from '../../read/rejected.ts';
import { readSourceStates } from '../../read/sources.ts';
import { within } from '../../read/within.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

export interface ProbeDeps {
  sql: Sql;
  /** Those that are configured. */
  sources: readonly ControlledSource[];
  metrics: Metrics;
  now: () => Date;
}

// A probe that waits longer than its caller tells nothing.
const probeTimeoutMs = 2_000;

/** What depends on the database is read when somebody asks for it; without a database the rest is still told. */
async function refreshGauges(deps: ProbeDeps): Promise<void> {
  const { sql, metrics, now } = deps;
  await within(probeTimeoutMs, refreshControls(deps));
  const [lag, sources] = await within(probeTimeoutMs, Promise.all([readLag(sql), readSourceStates(sql)]));
  metrics.lagEvents.set(lag.events);
  metrics.lagSeconds.set(
    lag.since === null ? 0 : Math.max(0, (now().getTime() - lag.since.getTime()) / 1000),
  );
  metrics.deadLetters.set(lag.deadLetters);
  for (const { source, lastSuccessAt } of sources.values())
    if (lastSuccessAt) metrics.lastSuccess.set({ source }, lastSuccessAt.getTime() / 1000);
}

const breakerStates = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2, STOPPED_BY_CONFIG: 3 } as const;

async function refreshControls({ sql, sources, metrics, now }: ProbeDeps): Promise<void> {
  const [controls, drifts, rejected, anomalies] = await Promise.all([
    readSourceControls(sql, sources, now()),
    countOpenDrifts(sql),
    countOpenRejected(sql),
    countOpenAnomalies(sql),
  ]);
  for (const kind of anomalyKinds)
    metrics.anomaliesOpen.set({ kind }, anomalies.find((each) => each.kind === kind)?.open ?? 0);
  for (const [source, { pausedReason, breaker, budgets }] of controls) {
    metrics.breakerState.set({ source }, breakerStates[breaker]);
    metrics.sourcePaused.set({ source }, pausedReason === null ? 0 : 1);
    metrics.driftOpen.set({ source }, drifts.get(source) ?? 0);
    metrics.rejectedOpen.set({ source }, rejected.get(source) ?? 0);
    for (const { window, limit, used } of budgets)
      metrics.budgetRemaining.set({ source, window }, Math.max(0, limit - used));
  }
}

/** `/livez` touches nothing; `/readyz` wants a migrated database within reach; `/metrics` is for Prometheus. */
export function registerProbes(app: FastifyInstance, deps: ProbeDeps): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      await within(probeTimeoutMs, checkSchema(deps.sql));
      return { status: 'ok' };
    } catch (error) {
      return reply.status(503).send({ status: 'unavailable', detail: messageOf(error) });
    }
  });
  app.get('/metrics', async (request, reply) => {
    await refreshGauges(deps).catch((error: unknown) =>
      request.log.warn({ reason: messageOf(error) }, 'metrics without the database'),
    );
    return reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics());
  });
}
