import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pauseSource } from '../../src/control/source-decisions.ts';
import { createMonitor, type Look, type Monitor } from '../../src/monitor/monitor.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createControlled, type Controlled } from '../graphql/controlled.ts';
import { bitcoin, btcBitcoin, pollGecko, pollPaprika } from '../identity/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { resolveAll } from '../support/resolver.ts';

const minuteMs = 60_000;

let database: TestDatabase;
let controlled: Controlled;
let clock: Date;
beforeEach(async () => {
  database = await createTestDatabase();
  controlled = await createControlled(database);
  clock = new Date('2026-11-20T10:00:00Z');
});
afterEach(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const createTestMonitor = (sources: { name: string; staleAfterMs: number }[] = []): Monitor =>
  createMonitor({
    sql: database.sql,
    sessions: createReadSessions(database.readSql),
    sources,
    spreadLimitPercent: 10,
    log: silentLogger,
    now: () => clock,
  });

/** A look by a monitor that was started just now, as after a restart; then folded. */
async function look(monitor = createTestMonitor()): Promise<Look | null> {
  const result = await monitor.lookNow();
  await monitor.close();
  await projectAll(database);
  return result;
}

interface Shown {
  nodes: { id: string; kind: string; severity: string; coinId: string | null; resolvedAt: string | null }[];
  totalCount: number;
}
const shown = async (filter = ''): Promise<Shown> =>
  (
    await controlled.api.ask<{ anomalies: Shown }>(
      `{ anomalies${filter} { totalCount nodes { id kind severity coinId resolvedAt } } }`,
    )
  ).data.anomalies;

const healthOf = async (): Promise<unknown> => {
  const { data } = await controlled.api.ask<{ health: { checks: { name: string }[] } }>(
    '{ health { checks { name status detail } } }',
  );
  return data.health.checks.find(({ name }) => name === 'anomalies');
};

async function pollBitcoin(paprikaPrice: number, minute: number): Promise<void> {
  await pollGecko(database, { ...bitcoin, minute });
  await pollPaprika(database, { ...btcBitcoin, price: paprikaPrice, marketCap: 1_000, rank: 2, minute });
  await projectAll(database);
}

describe('the monitor', () => {
  it('has nothing to look at without a read model, and finds nothing where all is well', async () => {
    expect(await look()).toEqual({ kind: 'behind' });
    await pollBitcoin(101, 0);
    await resolveAll(database);
    expect(await look()).toEqual({ kind: 'looked', raised: 0, resolved: 0 });
  });

  it('raises a spread once, over restarts, and resolves it only once the quotes agree well', async () => {
    await pollBitcoin(102, 0);
    await resolveAll(database);
    await pollBitcoin(120, 1);
    expect(await look()).toEqual({ kind: 'looked', raised: 1, resolved: 0 });
    expect(await look()).toEqual({ kind: 'looked', raised: 0, resolved: 0 });
    expect(await shown('(filter: { open: true, kind: "spread" })')).toMatchObject({
      totalCount: 1,
      nodes: [{ kind: 'spread', severity: 'WARNING', coinId: 'bitcoin', resolvedAt: null }],
    });
    expect(await healthOf()).toMatchObject({ status: 'DEGRADED', detail: '1 of spread' });

    await pollBitcoin(109.2, 2);
    expect(await look()).toEqual({ kind: 'looked', raised: 0, resolved: 0 });
    await pollBitcoin(102, 3);
    expect(await look()).toEqual({ kind: 'looked', raised: 0, resolved: 1 });
    expect(await shown('(filter: { open: true })')).toEqual({ totalCount: 0, nodes: [] });
    expect(await shown()).toMatchObject({ totalCount: 1, nodes: [{ resolvedAt: expect.any(String) }] });
    expect(await healthOf()).toMatchObject({ status: 'HEALTHY' });

    await pollBitcoin(120, 4);
    expect(await look()).toEqual({ kind: 'looked', raised: 1, resolved: 0 });
    expect((await shown()).totalCount).toBe(2);
  });

  it('raises that a wild quote of a large coin was left out', async () => {
    await pollBitcoin(102, 0);
    await resolveAll(database);
    await pollBitcoin(9_999, 1);
    await look();
    expect((await shown()).nodes).toMatchObject([
      { kind: 'spread', severity: 'CRITICAL', coinId: 'bitcoin' },
    ]);
  });

  it('waits until what it found last is folded', async () => {
    await pollBitcoin(102, 0);
    await resolveAll(database);
    await pollBitcoin(120, 1);
    const monitor = createTestMonitor();
    expect(await monitor.lookNow()).toMatchObject({ kind: 'looked', raised: 1 });
    expect(await monitor.lookNow()).toEqual({ kind: 'behind' });
    await monitor.close();
  });

  it('raises a silent source by the clock, after a time of grace, and resolves it once it is paused or read again', async () => {
    await pollBitcoin(101, 0);
    const sources = [{ name: 'coingecko', staleAfterMs: 10 * minuteMs }];
    const monitor = createTestMonitor(sources);
    monitor.follow();
    const held = () => database.sql`select from control.lease where name = 'monitor'`;
    await waitFor('the lease', async () => (await held()).length > 0);
    // Longer than the source may be silent, and within the time of grace of whoever takes over now.
    clock = new Date('2026-11-20T10:11:00Z');
    expect(await createTestMonitor(sources).lookNow()).toBeNull();
    clock = new Date('2026-11-20T10:13:00Z');
    const isResolved = async (): Promise<boolean[]> => {
      await projectAll(database);
      const { nodes } = await shown('(filter: { source: "coingecko" })');
      return nodes.map(({ resolvedAt }) => resolvedAt !== null);
    };
    await waitFor('the silence', async () => (await isResolved()).join() === 'false', 50_000);
    await pauseSource(database.sql, 'coingecko', { actor: 'test', reason: 'x' }, clock);
    await waitFor('the end of it', async () => (await isResolved()).join() === 'true', 50_000);
    await monitor.close();
  }, 120_000);

  it('is told that an operator has seen it: by its id, once, and the health minds it no more', async () => {
    await pollBitcoin(102, 0);
    await resolveAll(database);
    await pollBitcoin(120, 1);
    await look();
    const id = (await shown()).nodes[0]?.id ?? '';
    expect((await controlled.api.ask(`{ node(id: "${id}") { id __typename } }`)).data).toEqual({
      node: { id, __typename: 'Anomaly' },
    });
    controlled.projector.follow();
    const acknowledge = (anomalyId: string) =>
      controlled.mutate(
        `mutation ($input: AcknowledgeInput!) { acknowledgeAnomaly(input: $input) {
          anomaly { id acknowledgedAt acknowledgeReason } } }`,
        { input: { id: anomalyId, reason: 'known' } },
      );
    expect((await acknowledge(id)).data).toEqual({
      acknowledgeAnomaly: {
        anomaly: { id, acknowledgedAt: expect.any(String), acknowledgeReason: 'known' },
      },
    });
    expect(await healthOf()).toMatchObject({ status: 'HEALTHY' });
    expect((await shown('(filter: { open: true })')).totalCount).toBe(1);
    expect((await acknowledge('anomaly:nothing')).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
