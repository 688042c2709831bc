import { fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connect } from '../../src/database/client.ts';
import { messageOf } from '../../src/errors.ts';
import { append } from '../../src/log/append.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import type { EventHeader } from '../../src/log/event.ts';
import { readHeaders, readHeads } from '../../src/log/read.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { unit } from '../../src/sandbox/kit/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { batchesOf, connectWriter, noAccidents, writeAll, type Tally, type Work } from './writer.child.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

const writers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const eventsPerWriter = 1_000;
const total = writers.length * eventsPerWriter;
const terminateEvery = 100;

let database: TestDatabase;
let children: ChildProcess[] = [];
beforeEach(async () => {
  children = [];
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await expectRebuildEqualsLive(database);
  await database.close();
});

const message = z.object({
  done: z.number().optional(),
  tally: z.custom<Tally>().optional(),
  appended: z.boolean().optional(),
});
type Message = z.infer<typeof message>;

function startChild(work: Work & { hang?: boolean }, onMessage: (message: Message) => void): ChildProcess {
  const child = fork(join(import.meta.dirname, 'writer.child.ts'), {
    env: { ...process.env, WORK: JSON.stringify({ ...work, app: database.app }) },
  });
  children.push(child);
  child.on('message', (data) => onMessage(message.parse(data)));
  return child;
}

/** Writes everything in a process of its own. */
async function writeInProcess(work: Work): Promise<Tally> {
  let tally: Tally | undefined;
  const child = startChild(work, (message) => (tally = message.tally ?? tally));
  const [code] = await once(child, 'exit');
  if (code !== 0 || !tally) throw new Error(`the process of writer ${work.writer} ended with ${code}`);
  return tally;
}

/** The same, killed in the middle and started anew from the beginning. */
async function writeInKilledProcess(work: Work): Promise<Tally> {
  const child = startChild(work, ({ done = 0 }) => done > work.events / 3 && child.kill('SIGKILL'));
  await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return writeInProcess(work);
}

async function writeHere(work: Work): Promise<Tally> {
  const sessions = connectWriter(database.app, work.writer);
  try {
    return await writeAll(sessions, work);
  } finally {
    await sessions.end();
  }
}

/** Waits for all of them, so that nothing runs on after a failure; the first to fail tells the others to stop. */
async function together<T>(stop: AbortController, tasks: readonly Promise<T>[]): Promise<T[]> {
  for (const task of tasks) task.catch((error: unknown) => stop.abort(error));
  await Promise.allSettled(tasks);
  stop.signal.throwIfAborted();
  return Promise.all(tasks);
}

/** Follows a stream on a connection of its own, asking only for what comes after the last version it saw. */
async function follow(stream: string, reader: Work, seen: EventHeader[], signal: AbortSignal): Promise<void> {
  const sql = connect(database.app, { max: 1, name: reader.writer, role: 'coinlog_app', readOnly: true });
  try {
    while (seen.length < total && !signal.aborted) {
      const last = seen.length;
      const limit = 1 + Math.floor(unit(reader.seed, reader.writer, last) * 200);
      const read = await readHeaders(sql, stream, last, { limit, archive: noArchive });
      const versions = read.map(({ version }) => version);
      if (versions.some((version, index) => version !== last + 1 + index))
        throw new Error(`${reader.writer} saw ${versions.join(' ')} after version ${last}`);
      seen.push(...read);
      if (read.length === 0) await sleep(2);
    }
  } finally {
    await sql.end();
  }
}

/**
 * Ends a session that is in an append every so many events. Returns how many. None that has only just begun: postgres.js
 * 3.4.9 leaves a rejection unhandled when a session ends while it asks for the types.
 */
async function terminateWriters(seed: number, seen: EventHeader[], signal: AbortSignal): Promise<number> {
  let terminated = 0;
  for (let at = terminateEvery; at < total; at += terminateEvery) {
    await waitFor(`${at} events`, () => seen.length >= at || signal.aborted, 60_000);
    const rows = await database.owner`
      select pg_terminate_backend(pid) from (
        select pid from pg_stat_activity
        where datname = current_database() and application_name like 'writer %' and state = 'active'
          and query like '%log.append%'
        order by md5(pid::text || ${`${seed} ${at}`}) limit 1) as one`;
    terminated += rows.length;
  }
  return terminated;
}

async function writeUnderAccidents(stream: string, seed: number) {
  const work = (writer: string): Work => ({ stream, writer, events: eventsPerWriter, seed });
  const readers: [EventHeader[], EventHeader[]] = [[], []];
  const [own, [inProcess, killed]] = [writers.slice(0, -2), [work('i'), work('j')]];
  const stop = new AbortController();
  const writing = together(stop, [
    ...own.map((writer) => writeHere(work(writer))),
    // A twin that does the same work at the same time, as when a worker was thought dead.
    writeHere({ ...work('a'), seed: seed + 1 }),
    writeInProcess(inProcess),
    writeInKilledProcess(killed),
  ]);
  const following = together(
    stop,
    readers.map((seen, index) => follow(stream, work(`reader ${index}`), seen, stop.signal)),
  );
  const terminating = terminateWriters(seed, readers[0], stop.signal);
  await together<unknown>(stop, [writing, terminating, following]);
  const [tallies, terminated] = [await writing, await terminating];
  const tally = { ...noAccidents };
  for (const one of tallies) for (const key of Object.keys(tally) as (keyof Tally)[]) tally[key] += one[key];
  return { readers, tally, terminated };
}

function expectEveryBatchOnceAndWhole(events: EventHeader[]): void {
  const places = new Map(events.map(({ eventId, version }) => [eventId, version]));
  expect(places.size).toBe(total);
  for (const writer of writers) {
    let before = 0;
    for (const batch of batchesOf({ writer, events: eventsPerWriter })) {
      const versions = batch.map(({ id }) => places.get(id) ?? Number.NaN);
      const first = versions[0] ?? Number.NaN;
      expect(versions).toEqual(batch.map((_, index) => first + index));
      expect(first).toBeGreaterThan(before);
      before = first;
    }
  }
}

describe('many writers of one stream', () => {
  it('leave 10,000 events exactly once, dense and in order, and no reader skips one: under aborts, ended sessions, lost answers, repeats and a killed process', async () => {
    const seed = Number(process.env['LOG_SEED'] ?? randomInt(2 ** 31));
    try {
      const { readers, tally, terminated } = await writeUnderAccidents('many', seed);
      for (const seen of readers) {
        expect(seen).toHaveLength(total);
        expectEveryBatchOnceAndWhole(seen);
        const times = seen.map(({ recordedAt }) => recordedAt.getTime());
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
      expect(readers[0]).toEqual(readers[1]);
      expect((await readHeads(database.sql)).get('many')).toBe(total);
      expect(await verifyLog(database.sql, { archive: noArchive })).toMatchObject({
        ok: true,
        events: total,
      });
      // The accidents did happen: else this proves nothing.
      for (const count of [...Object.values(tally), terminated]) expect(count).toBeGreaterThan(0);
    } catch (error) {
      throw new Error(`LOG_SEED=${seed}: ${messageOf(error)}`, { cause: error });
    }
  });

  it('of streams that are new at the same moment get each their own, without a deadlock', async () => {
    const streams = Array.from({ length: 8 }, (_, index) => `new.${index}`);
    const [batch = []] = batchesOf({ writer: 'new', events: 3 });
    const results = await Promise.all(streams.map((stream) => append(database.sql, stream, batch)));
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['appended']));
  });
});

/** As when a run's page and what was found in it go in together. */
const pageAndFacts: Work = { stream: 'killed', writer: 'page-and-facts', events: 3, seed: 1 };
const [batch = []] = batchesOf(pageAndFacts);
const sessions = async (condition: string) =>
  (
    await database.owner`select 1 from pg_stat_activity where datname = current_database()
      and application_name = ${`writer ${pageAndFacts.writer}`} and ${database.owner.unsafe(condition)}`
  ).length;

describe('a process that is killed', () => {
  it('before its commit leaves nothing of the page and its facts, and they can be appended again', async () => {
    expect(batch.length).toBeGreaterThan(1);
    const child = startChild(
      { ...pageAndFacts, hang: true },
      ({ appended }) => appended && child.kill('SIGKILL'),
    );
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    await waitFor('its session has ended', async () => (await sessions('true')) === 0);
    expect(await database.sql`select 1 from log.event`).toHaveLength(0);
    expect(await database.sql`select 1 from log.event_key`).toHaveLength(0);
    expect(await append(database.sql, 'killed', batch)).toMatchObject({ kind: 'appended' });
  });

  it('in the middle of its append leaves the page and its facts both or neither, and the retry finds that out', async () => {
    await append(database.sql, 'killed', batchesOf({ writer: 'other', events: 1 })[0] ?? []);
    await database.owner.begin(async (tx) => {
      await tx`select from log.stream where stream = 'killed' for update`;
      const child = startChild(pageAndFacts, () => undefined);
      await waitFor('it waits in its append', async () => (await sessions(`wait_event_type = 'Lock'`)) === 1);
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await waitFor('its session has ended', async () => (await sessions('true')) === 0);
    const found = await database.sql`select 1 from log.event where run_id = ${pageAndFacts.writer}`;
    expect([0, batch.length]).toContain(found.length);
    const retry = await append(database.sql, 'killed', batch);
    expect(retry.kind).toBe(found.length === 0 ? 'appended' : 'duplicate');
    expect((await readHeads(database.sql)).get('killed')).toBe(1 + batch.length);
  });
});
