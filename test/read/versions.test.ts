import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Queryable, type Sql } from '../../src/database/client.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { createVersionReader } from '../../src/read/versions.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';
import { raiseVersion } from '../support/raise-version.ts';
import { fillMarket } from '../graphql/market.ts';

let database: TestDatabase;
let sql: Sql;
const asked: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = connect(database.app, { max: 1, name: 'test versions', role: 'coinlog_app', readOnly: true });
  sql.options.debug = (_connection, query) => void asked.push(query);
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

it('says that there is no read model, and reads it as soon as there is one', async () => {
  const versions = createVersionReader(sql);
  await expect(versions.read()).rejects.toMatchObject({ code: 'READ_MODEL_MISSING' });
  await fillMarket(database);
  expect((await versions.read()).version).toBeGreaterThan(0);
});

/** While a commit is announced nobody takes the version for known. */
async function whileAnnounced(task: () => Promise<void>): Promise<void> {
  await database.owner.begin(async (tx) => {
    await tx`select control.announce_version()`;
    await task();
  });
}

it('those who come while it is read share one read that begins after them', async () => {
  const versions = createVersionReader(sql);
  await versions.read();
  await whileAnnounced(async () => {
    await versions.read();
    asked.length = 0;
    const read = await Promise.all(Array.from({ length: 100 }, () => versions.read()));
    expect(new Set(read.map(({ version }) => version)).size).toBe(1);
  });
  // One for the first, one for the 99 who came while it ran.
  expect(asked).toHaveLength(2);
});

it('who asks after a commit or a swap was visible is never told of an older version', async () => {
  const versions = createVersionReader(sql);
  let visible = 0;
  let done = false;
  const ask = async () => {
    while (!done) {
      const before = visible;
      const { version } = await versions.read();
      expect(version).toBeGreaterThanOrEqual(before);
    }
  };
  const askers = Array.from({ length: 8 }, ask);
  for (let commit = 0; commit < 300; commit += 1) {
    if (commit % 100 === 99) await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
    visible = await raiseVersion(database.owner);
  }
  done = true;
  await Promise.all(askers);
  await expectRebuildEqualsLive(database);
});

it('a read that began before a commit answers nobody who came after it', async () => {
  const state = { version: 1 };
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  // Each statement sees what there is when it is sent; the first is answered late.
  let sent = 0;
  const slow = ((_text: TemplateStringsArray) => {
    sent += 1;
    const rows = [{ version: state.version, epoch: 'e' }];
    return sent === 1 ? held.then(() => rows) : Promise.resolve(rows);
  }) as unknown as Sql;
  const versions = createVersionReader(slow);
  const before = versions.read();
  state.version = 2;
  const after = versions.read();
  release();
  expect([(await before).version, (await after).version]).toEqual([1, 2]);
});

it('a version that goes back begins another epoch, though the log that was restored has its own', async () => {
  const state = { version: 500 };
  const fake = (async ([text = '']: TemplateStringsArray) =>
    text.includes('read_version') ? [{ version: state.version }] : [{ epoch: 'e' }]) as unknown as Sql;
  const versions = createVersionReader(fake);
  const seen = [];
  for (const version of [499, 500, 480, 500, 501]) {
    state.version = version;
    seen.push(await versions.read());
  }
  const [before, at500, back, again, later] = seen.map(({ epoch }) => epoch);
  expect([at500, again, later]).toEqual([before, back, back]);
  expect(back).not.toBe(before);
});

it('who gives a limit waits no longer for the version either', async () => {
  const never = { recent: () => null, read: () => new Promise<never>(() => undefined) };
  const sessions = createReadSessions(database.readSql, never);
  await expect(sessions.run(async () => 1, 50)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
});

describe('what is read without a transaction', () => {
  it('is read once more, from a snapshot, when the version moves meanwhile, and then no more', async () => {
    const sessions = createReadSessions(database.readSql);
    let calls = 0;
    const { labelled, found, rows } = await sessions.run(async ({ version, sql: reader }) => {
      calls += 1;
      const coins = await reader`select 1 from read.coin`;
      await raiseVersion(database.owner);
      const [row] = await reader<{ version: number }[]>`select version from read.read_model`;
      return { labelled: version, found: row?.version, rows: coins.length };
    });
    expect([calls, labelled === found]).toEqual([2, true]);
    expect(rows).toBeGreaterThan(0);
  });

  it('is read by a connection of its own, and what is short by one that is shared, where there is one', async () => {
    const pool = (name: string, max: number) =>
      connect(database.app, { max, name, role: 'coinlog_app', readOnly: true });
    const pools = [pool('own', 1), pool('shared', 2), pool('version', 1)] as const;
    const [ownSql, sharedSql, versionSql] = pools;
    const nameOf = async (reader: Queryable) =>
      (await reader<{ name: string }[]>`select current_setting('application_name') as name`)[0]?.name;
    const versions = createVersionReader(versionSql);
    for (const [shared, name] of [[sharedSql, 'shared'] as const, [null, 'own'] as const]) {
      const reads = await createReadSessions(ownSql, versions, shared).openSteady();
      // It holds the only one there is: whoever needs one of its own waits, and what is short does not.
      expect(await nameOf(await reads.own())).toBe('own');
      expect(await nameOf(await reads.shared())).toBe(name);
      reads.close();
    }
    await Promise.all(pools.map((each) => each.end()));
  });

  it('gives its connection back, and says so in time where there is none to be had', async () => {
    const ownSql = connect(database.app, { max: 1, name: 'own', role: 'coinlog_app', readOnly: true });
    const sessions = createReadSessions(ownSql, createVersionReader(database.readSql));
    const first = await sessions.openSteady();
    await first.own();
    await expect(sessions.run(async () => 1, 50)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    first.close();
    first.close();
    expect(await sessions.run(async () => 1)).toBe(1);
    await ownSql.end();
  });

  it('is read once when nothing moves, without a transaction', async () => {
    const readSql = connect(database.app, { max: 2, name: 'test read', role: 'coinlog_app', readOnly: true });
    const statements: string[] = [];
    readSql.options.debug = (_connection, query) => void statements.push(query);
    const sessions = createReadSessions(readSql);
    await sessions.run(({ sql: reader }) => reader`select 1 from read.coin`);
    statements.length = 0;
    await sessions.run(({ sql: reader }) => reader`select 1 from read.coin`);
    expect(statements.filter((statement) => /begin|lock|commit/.test(statement))).toEqual([]);
    expect(statements.filter((statement) => statement.includes('read.coin'))).toHaveLength(1);
    await readSql.end();
  });
});
