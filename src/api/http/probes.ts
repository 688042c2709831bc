import type { FastifyInstance } from 'fastify';
import type { Sql } from '../../database/client.ts';
import { checkSchema } from '../../database/migrate.ts';
import { messageOf } from '../../errors.ts';
import { readLag } from '../../read/lag.ts';
import { readSourceStates } from '../../read/sources.ts';
import { within } from '../../read/within.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

export interface ProbeDeps {
  sql: Sql;
  metrics: Metrics;
  now: () => Date;
}

// A probe that waits longer than its caller tells nothing.
const probeTimeoutMs = 2_000;

/** What depends on the database is read when somebody asks for it; without a database the rest is still told. */
async function refreshGauges({ sql, metrics, now }: ProbeDeps): Promise<void> {
  const [lag, sources] = await within(probeTimeoutMs, Promise.all([readLag(sql), readSourceStates(sql)]));
  metrics.lagEvents.set(lag.events);
  metrics.lagSeconds.set(
    lag.since === null ? 0 : Math.max(0, (now().getTime() - lag.since.getTime()) / 1000),
  );
  metrics.deadLetters.set(lag.deadLetters);
  for (const { source, lastSuccessAt } of sources.values())
    if (lastSuccessAt) metrics.lastSuccess.set({ source }, lastSuccessAt.getTime() / 1000);
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
