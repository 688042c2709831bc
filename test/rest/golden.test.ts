import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadModelBeside } from '../../src/projector/schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { askAsRecorded, goldenIsThere, lasting, whyNoGolden } from './golden.ts';
import { coingeckoRun, hoursAgo, writeGoldenData } from './market-data.ts';
import { createRestApp } from './support.ts';

const databases: TestDatabase[] = [];

/** A database of its own with what `write` puts there, and the routes over it. */
async function appOver(write: (database: TestDatabase) => Promise<void>): Promise<FastifyInstance> {
  const database = await createTestDatabase();
  databases.push(database);
  await write(database);
  return createRestApp(database);
}

afterAll(async () => {
  for (const database of databases) {
    await expectRebuildEqualsLive(database);
    await database.close();
  }
});

describe.skipIf(!goldenIsThere)(`answers as recorded of the old service${whyNoGolden}`, () => {
  let app: FastifyInstance;
  let empty: FastifyInstance;
  beforeAll(async () => {
    app = await appOver(writeGoldenData);
    empty = await appOver(({ sql }) =>
      createReadModelBeside(
        sql,
        'read',
        { foldDigest: testFolds.codeDigest, codeDigest: testFolds.codeDigest, historyFrom: null },
        testFolds.now(),
      ),
    );
  });

  const sameData = ['data', 'data_v1', 'data_p2', 'data_p9', 'data_source', 'data_coin_id', 'data_symbol'];
  it.each([...sameData, 'summary'])('%s: the same rows, counts and order', async (name) => {
    const { ours, recorded } = await askAsRecorded(app, name);
    expect(lasting(ours)).toEqual(lasting(recorded));
  });

  it.each([
    'empty_data',
    'empty_runs',
    'empty_stats',
    'empty_summary',
    'empty_perf',
    'empty_health',
    'empty_health_detailed',
  ])('%s: with nothing stored', async (name) => {
    const { ours, recorded } = await askAsRecorded(empty, name);
    expect(lasting(ours)).toEqual(lasting(recorded));
  });

  it.each(['data_bad_limit', 'data_bad_page', 'data_bad_type', 'runs_bad_limit', 'perf_bad'])(
    '%s: a list that names the parameter',
    async (name) => {
      const { ours, recorded } = await askAsRecorded(app, name);
      const parameter = (body: unknown) =>
        (body as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc);
      expect(parameter(ours)).toEqual(parameter(recorded));
    },
  );

  it.each(['data_bad_source', 'runs_bad_status', 'notfound'])('%s: word for word', async (name) => {
    const { ours, recorded } = await askAsRecorded(app, name);
    expect(ours).toMatchObject(recorded as object);
  });

  it.each(['runs', 'runs_f', 'stats', 'health', 'health_detailed', 'perf', 'perf_168', 'root'])(
    '%s: the same keys and types',
    async (name) => {
      await askAsRecorded(app, name);
    },
  );

  it.each(['runs', 'runs_f'])('%s: the same runs in the same order and states', async (name) => {
    const states = (body: unknown) =>
      (body as { run_id: string; source: string; status: string; error_message: string | null }[]).map(
        ({ run_id, source, status, error_message }) => ({ run_id, source, status, error_message }),
      );
    const { ours, recorded } = await askAsRecorded(app, name);
    expect(states(ours)).toEqual(states(recorded));
  });

  it('perf_1h and perf_none: a window without runs', async () => {
    const { ours, recorded } = await askAsRecorded(empty, 'perf_1h');
    expect(ours).toEqual(recorded);
    const none = await askAsRecorded(empty, 'perf_none');
    expect(none.ours).toEqual(none.recorded);
  });

  it('health_degraded: the latest run failed', async () => {
    const degraded = await appOver((database) =>
      appendAndProject(database, 'coingecko_3', 0.1, { type: 'run.failed', metadata: {} }),
    );
    const { ours } = await askAsRecorded(degraded, 'health_degraded');
    expect(ours).toMatchObject({
      status: 'degraded',
      etl_last_run: { run_id: 'coingecko_3', status: 'failed' },
    });
  });

  it('health_stale: the latest run is more than a day old', async () => {
    const stale = await appOver((database) =>
      appendAndProject(database, 'old', 30, { type: 'run.completed' }),
    );
    const { ours } = await askAsRecorded(stale, 'health_stale');
    expect(ours).toMatchObject({
      status: 'healthy',
      etl_last_run: { status: 'completed', warning: 'Last ETL run was more than 24 hours ago' },
    });
  });

  it('data_symbol_wild: the one difference by decision, a percent sign is a percent sign', async () => {
    const response = await app.inject('/data?symbol=%25');
    expect(response.json()).toMatchObject({ data: [], pagination: { total_records: 0 } });
  });
});

async function appendAndProject(
  database: TestDatabase,
  runId: string,
  hours: number,
  ending: NonNullable<Parameters<typeof coingeckoRun>[0]['ending']>,
): Promise<void> {
  await appendRun(database.sql, coingeckoRun({ runId, startedAt: hoursAgo(hours), pages: [], ending }));
  await projectAll(database);
}
