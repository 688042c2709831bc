import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect, type ConnectionOptions, type Sql } from '../../src/database/client.ts';

export interface TestDatabase {
  /** As the application. */
  sql: Sql;
  readSql: Sql;
  /** As the superuser that owns everything: for looking at and breaking things. */
  owner: Sql;
  app: ConnectionOptions;
  /** Notes that a fresh rebuild was compared with the live read model, with every event there is by now. */
  noteCompared(): Promise<void>;
  /** Why none can be: a rebuild of it is of no use. */
  readonly uncompared: string | null;
  leaveUncompared(why: string): void;
  /** Drops the database; fails when anything is still connected to it, or events came that no rebuild was compared for. */
  close(): Promise<void>;
}

/** A clone of the migrated template, for one test file or one test. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = inject('cluster');
  const database = `test_${randomBytes(6).toString('hex')}`;
  const admin = connect(cluster.owner, { max: 1, name: 'test admin', role: null });
  await admin`create database ${admin(database)} template template_coinlog`;
  await admin`grant create on database ${admin(database)} to coinlog_projector`;
  const app = { ...cluster.app, database };
  const sql = connect(app, { max: 12, name: 'test', role: 'coinlog_app' });
  const readSql = connect(app, { max: 10, name: 'test read', role: 'coinlog_app', readOnly: true });
  const owner = connect({ ...cluster.owner, database }, { max: 2, name: 'test owner', role: null });
  const nothingWritten = 'no event';
  let compared = nothingWritten;
  let uncompared: string | null = null;
  const written = async (): Promise<string> => {
    const rows = await owner<{ stream: string; head: number }[]>`
      select stream, head from log.stream where head > 0 order by stream`;
    return rows.map(({ stream, head }) => `${stream}:${head}`).join(' ') || nothingWritten;
  };
  return {
    sql,
    readSql,
    owner,
    app,
    get uncompared() {
      return uncompared;
    },
    leaveUncompared(why) {
      uncompared = why;
    },
    async noteCompared() {
      compared = await written();
    },
    async close() {
      const events = await written();
      await Promise.all([sql.end({ timeout: 5 }), readSql.end({ timeout: 5 }), owner.end({ timeout: 5 })]);
      await waitForNoSessions(admin, database);
      await admin`drop database ${admin(database)}`;
      await admin.end();
      if (uncompared === null && events !== compared)
        throw new Error(`no fresh rebuild was compared after ${events}; the last one was after ${compared}`);
    },
  };
}

/**
 * A session ends a moment after its client has gone; one that stays is a leak and fails the file. Only clients
 * count: autovacuum works on a database that has just been filled, and "drop database" ends it by itself.
 */
async function waitForNoSessions(admin: Sql, database: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const rows = await admin<{ applicationName: string; state: string; query: string }[]>`
      select application_name, state, left(query, 80) as query from pg_stat_activity
      where datname = ${database} and backend_type = 'client backend'`;
    if (rows.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`connections to ${database} were leaked: ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
