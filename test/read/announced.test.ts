import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createVersionReader } from '../../src/read/versions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { raiseVersion } from '../support/raise-version.ts';
import { waitFor } from '../support/wait-for.ts';
import { commitMarket, fillMarket, marketCoin } from '../graphql/market.ts';

let database: TestDatabase;
const readers: Sql[] = [];

/** What a process that answers has. */
function createReader() {
  const asked: string[] = [];
  const sql = connect(database.app, { max: 1, name: 'test versions', role: 'coinlog_app', readOnly: true });
  sql.options.debug = (_connection, query) => void asked.push(query);
  readers.push(sql);
  return { asked, sql, versions: createVersionReader(sql) };
}

const swap = () => rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });

async function isQuiet(sql: Sql): Promise<boolean | undefined> {
  const [row] = await sql<{ isQuiet: boolean }[]>`select is_quiet from control.read_version()`;
  return row?.isQuiet;
}

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await Promise.all(readers.map((sql) => sql.end()));
  await expectRebuildEqualsLive(database);
  await database.close();
});

describe('a version that none can raise yet', () => {
  const answers = (isQuiet: boolean) => {
    const state = { version: 7, isQuiet, asked: 0, held: Promise.resolve() };
    const sql = (async ([text = '']: TemplateStringsArray) => {
      if (!text.includes('read_version')) return [{ epoch: 'e' }];
      state.asked += 1;
      await state.held;
      return [{ version: state.version, isQuiet: state.isQuiet }];
    }) as unknown as Sql;
    return { state, versions: createVersionReader(sql) };
  };

  it('is known for eight milliseconds from when it was asked for, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { state, versions } = answers(true);
    await versions.read();
    vi.advanceTimersByTime(3.9);
    for (let n = 0; n < 10; n += 1) expect((await versions.read()).version).toBe(7);
    expect(state.asked).toBe(1);
    vi.advanceTimersByTime(4.2);
    state.version = 8;
    expect((await versions.read()).version).toBe(8);
    expect(state.asked).toBe(2);
  });

  it('is asked for again before that, by one for all, and nobody waits for it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { state, versions } = answers(true);
    await versions.read();
    vi.advanceTimersByTime(4.1);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    state.held = held;
    for (let n = 0; n < 10; n += 1) expect((await versions.read()).version).toBe(7);
    expect(state.asked).toBe(2);
    release();
    await held;
    await versions.read();
    vi.advanceTimersByTime(7.9);
    expect((await versions.read()).version).toBe(7);
    expect(state.asked).toBe(3);
  });

  it('is asked for by whoever needs it when it could not be read ahead', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { state, versions } = answers(true);
    await versions.read();
    vi.advanceTimersByTime(4.1);
    state.held = Promise.reject(new Error('gone'));
    expect((await versions.read()).version).toBe(7);
    vi.advanceTimersByTime(4);
    await expect(versions.read()).rejects.toThrow('gone');
    state.held = Promise.resolve();
    expect((await versions.read()).version).toBe(7);
  });

  it('is asked for each time where one may be raised', async () => {
    const { state, versions } = answers(false);
    for (let n = 0; n < 10; n += 1) await versions.read();
    expect(state.asked).toBe(10);
  });

  it('tells who came at its end the version that was read meanwhile, never an older one', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { state, versions } = answers(true);
    await versions.read();
    const known = versions.read();
    vi.advanceTimersByTime(8.1);
    state.version = 8;
    const read = versions.read();
    expect((await known).version).toBeGreaterThanOrEqual(7);
    expect((await read).version).toBe(8);
  });
});

describe('the database', () => {
  it('says so while no commit is announced', async () => {
    const { sql } = createReader();
    expect(await isQuiet(sql)).toBe(true);
    await database.owner.begin(async (tx) => {
      await tx`select control.announce_version()`;
      expect(await isQuiet(sql)).toBe(false);
    });
    expect(await isQuiet(sql)).toBe(true);
  });

  it('does not say so in a snapshot, which may be older than the question', async () => {
    const { sql } = createReader();
    await sql.begin('isolation level repeatable read', async (tx) => {
      expect(await tx`select is_quiet from control.read_version()`).toEqual([{ isQuiet: false }]);
    });
  });

  it('holds no commit up for a reader that stays in its transaction', async () => {
    const { sql } = createReader();
    await sql.begin(async (tx) => {
      expect(await tx`select is_quiet from control.read_version()`).toEqual([{ isQuiet: true }]);
      await raiseVersion(database.owner);
    });
  });

  it('keeps no lock of a reader that is cancelled, which would stop the projector', async () => {
    const asked = `do $$ begin for n in 1..1000000 loop perform control.read_version(); end loop; end $$`;
    const { owner } = database;
    for (let n = 0; n < 40; n += 1) {
      const { sql } = createReader();
      const asking = sql.unsafe(asked).then(
        () => 'ended',
        (error: unknown) => error,
      );
      const cancel = () => owner`
        select pg_cancel_backend(pid) from pg_stat_activity where state = 'active' and query = ${asked}`;
      await waitFor('a reader to cancel', async () => (await cancel()).length > 0);
      expect(await asking).toMatchObject({ code: '57014' });
      const left = await owner`
        select from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()`;
      expect(left).toEqual([]);
    }
  });

  it('says so where somebody holds the lock by hand, and goes on once it is free, without a dead letter', async () => {
    const holder = await database.owner.reserve();
    await holder`select pg_advisory_lock_shared(2011976104)`;
    const coin = marketCoin('bitcoin', { current_price: 4711 });
    await expect(commitMarket(database, 1, [coin])).rejects.toMatchObject({ code: '55P03' });
    await holder`select pg_advisory_unlock_shared(2011976104)`;
    holder.release();
    await projectAll(database);
    const quotes = await database.sql`select from read.snapshot where price = 4711`;
    expect(quotes).toHaveLength(1);
    expect(await database.sql`select from read.dead_letter`).toEqual([]);
  });

  it('lets a version be seen sixteen milliseconds after it was announced at the earliest, ahead or not', async () => {
    const took = async (isAhead: boolean) => {
      const startedMs = performance.now();
      await database.owner.begin(async (tx) => {
        if (isAhead) await tx`select control.announce_version()`;
        await raiseVersion(tx);
      });
      return performance.now() - startedMs;
    };
    for (let n = 0; n < 20; n += 1) expect(await took(n % 2 === 0)).toBeGreaterThanOrEqual(16);
  });

  it('waits no longer than that where the clock was set back in between', async () => {
    await database.owner.begin(async (tx) => {
      await tx`select control.announce_version()`;
      await tx`select set_config('coinlog.announced_at', extract(epoch from now() + interval '1 hour')::text, true)`;
      await tx`set local statement_timeout = '5s'`;
      await raiseVersion(tx);
    });
  });

  it('takes it as announced where an older coinlog notes what it is going to swap in', async () => {
    const { sql } = createReader();
    const noting = database.owner.begin(async (tx) => {
      await tx`
        insert into control.shown (version, shown_at, checkpoints)
        select version + 1, clock_timestamp(), '{}' from read.read_model`;
      expect(await isQuiet(sql)).toBe(false);
      throw new Error('not now');
    });
    await expect(noting).rejects.toThrow('not now');
    expect(await isQuiet(sql)).toBe(true);
  });
});

it('nobody is told an older version than was visible, whichever of three processes is asked, through commits and swaps', async () => {
  const processes = Array.from({ length: 3 }, createReader);
  let visible = 0;
  let told = 0;
  let done = false;
  const ask = async (index: number) => {
    const { versions } = processes[index % 3] ?? createReader();
    while (!done) {
      const least = visible;
      const { version } = await versions.read();
      expect(version).toBeGreaterThanOrEqual(least);
      // What one was told, all have to be told from then on.
      visible = Math.max(visible, version);
      told += 1;
    }
  };
  const askers = Array.from({ length: 12 }, (_, index) => ask(index));
  try {
    for (let commit = 0; commit < 200; commit += 1) {
      if (commit % 50 === 49) await swap();
      const version = await database.owner.begin(async (tx) => {
        if (commit % 3 === 0) await tx`select control.announce_version()`;
        return raiseVersion(tx);
      });
      visible = Math.max(visible, version);
      // Long enough for a version to be known without asking, of another length each time.
      await sleep(commit % 7);
    }
  } finally {
    done = true;
  }
  await Promise.all(askers);
  // Else it was no test of this.
  const asked = processes.reduce((sum, each) => sum + each.asked.length, 0);
  expect(told).toBeGreaterThan(asked);
});
