// A writer of the log that meets with accidents. Its batches follow from its name alone, so that a second process, or
// the same one started again, repeats them. As a program: in a process of its own, to be killed.
import { z } from 'zod';
import { connect, isUnreachable, type ConnectionOptions, type Sql } from '../../src/database/client.ts';
import { append, type AppendOptions, type AppendResult } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import type { NewEvent } from '../../src/log/event.ts';
import { readHeads } from '../../src/log/read.ts';
import { unit } from '../../src/sandbox/kit/random.ts';

export interface Work {
  stream: string;
  writer: string;
  events: number;
  /** Decides the accidents, not the events. */
  seed: number;
}

/** How often each accident happened. */
export type Tally = Record<
  'aborted' | 'lost' | 'lostWithHead' | 'repeated' | 'headMoved' | 'unreachable',
  number
>;
export const noAccidents: Tally = {
  aborted: 0,
  lost: 0,
  lostWithHead: 0,
  repeated: 0,
  headMoved: 0,
  unreachable: 0,
};

const eventOf = (writer: string, n: number): NewEvent => ({
  id: deriveId(writer, n),
  type: 'page.fetched',
  schemaVersion: 1,
  runId: writer,
  receivedAt: new Date(1_800_000_000_000 + n),
  metadata: { writer, n },
  payload: Buffer.from(`${writer} ${n}`),
});

/** What a writer appends, in batches of 1 to 4. */
export function batchesOf({ writer, events }: Pick<Work, 'writer' | 'events'>): NewEvent[][] {
  const batches: NewEvent[][] = [];
  for (let done = 0; done < events; done += batches.at(-1)?.length ?? 0) {
    const size = Math.min(1 + Math.floor(unit('size', writer, done) * 4), events - done);
    batches.push(Array.from({ length: size }, (_, index) => eventOf(writer, done + index)));
  }
  return batches;
}

/**
 * A writer's connections. `sql` may be ended from outside, and is made anew then, as by a worker that starts again:
 * postgres.js 3.4.9 can leave a broken connection in its pool that never sends again. Transactions have a connection
 * that nobody ends, since it throws past every handler when a session ends within `begin`.
 */
export interface Sessions {
  readonly sql: Sql;
  readonly aborting: Sql;
  renew(): Promise<void>;
  end(): Promise<void>;
}

export function connectWriter(app: ConnectionOptions, writer: string): Sessions {
  const connectAs = (name: string) =>
    connect(app, { max: 1, name: `${name} ${writer}`, role: 'coinlog_app' });
  let sql = connectAs('writer');
  const aborting = connectAs('aborting');
  return {
    get sql() {
      return sql;
    },
    aborting,
    async renew() {
      const broken = sql;
      sql = connectAs('writer');
      await broken.end({ timeout: 0 });
    },
    async end() {
      await Promise.all([sql.end(), aborting.end()]);
    },
  };
}

class Aborted extends Error {}

/** Appends, and rolls back what it appended. */
async function appendAndAbort(sql: Sql, stream: string, batch: NewEvent[]): Promise<void> {
  await sql
    .begin(async (tx) => {
      await append(tx, stream, batch);
      throw new Aborted();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Aborted)) throw error;
    });
}

/** A writer at work: its connections, its stream, and what it met with. */
interface Writing {
  sessions: Sessions;
  work: Work;
  tally: Tally;
}

/** A write to a session that the server has just ended says EPIPE. */
const isBroken = (error: unknown): boolean =>
  isUnreachable(error) || (error instanceof Error && 'code' in error && error.code === 'EPIPE');

/** The first answer that comes: a connection that breaks may have committed or not. */
async function retried<T>({ sessions, tally }: Writing, run: (sql: Sql) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run(sessions.sql);
    } catch (error) {
      if (!isBroken(error)) throw error;
      tally.unreachable += 1;
      await sessions.renew();
    }
  }
}

const appendRetried = (
  writing: Writing,
  batch: NewEvent[],
  options: AppendOptions = {},
): Promise<AppendResult> => retried(writing, (sql) => append(sql, writing.work.stream, batch, options));

interface Answer {
  result: AppendResult;
  options: AppendOptions;
}

/** Appends where the head is, until nobody else was faster; after some attempts, wherever it is. */
async function appendAtHead(writing: Writing, batch: NewEvent[]): Promise<Answer> {
  let expectedHead = await retried(
    writing,
    async (sql) => (await readHeads(sql)).get(writing.work.stream) ?? 0,
  );
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const options = { expectedHead };
    const result = await appendRetried(writing, batch, options);
    if (result.kind !== 'conflict') return { result, options };
    if (result.reason !== 'head_moved') throw new Error(`${result.reason} of a batch nobody else writes`);
    writing.tally.headMoved += 1;
    expectedHead = result.head;
  }
  return { result: await appendRetried(writing, batch), options: {} };
}

function expectSame(before: AppendResult, again: AppendResult): void {
  const same =
    before.kind !== 'conflict' &&
    again.kind === 'duplicate' &&
    String(before.versions) === String(again.versions);
  if (!same) throw new Error(`${JSON.stringify(again)} after ${JSON.stringify(before)}`);
}

async function writeBatch(writing: Writing, batch: NewEvent[]): Promise<void> {
  const { sessions, tally, work } = writing;
  const chance = (what: string) => unit(work.seed, work.writer, what, String(batch[0]?.id));
  if (chance('abort') < 0.1) {
    await appendAndAbort(sessions.aborting, work.stream, batch);
    tally.aborted += 1;
  }
  const { result, options } =
    chance('head') < 0.2
      ? await appendAtHead(writing, batch)
      : { result: await appendRetried(writing, batch), options: {} as AppendOptions };
  // It committed and nobody heard of it: the same request again, the head it expected long passed.
  if (options.expectedHead !== undefined || chance('lost') < 0.1) {
    expectSame(result, await appendRetried(writing, batch, options));
    tally[options.expectedHead === undefined ? 'lost' : 'lostWithHead'] += 1;
  }
  if (chance('repeat') < 0.1) {
    expectSame(result, await appendRetried(writing, batch));
    tally.repeated += 1;
  }
}

/** Writes everything; `onBatch` gets how many events are there. Throws when an answer is not the one promised. */
export async function writeAll(
  sessions: Sessions,
  work: Work,
  onBatch: (done: number) => void = () => {},
): Promise<Tally> {
  const tally = { ...noAccidents };
  let done = 0;
  for (const batch of batchesOf(work)) {
    await writeBatch({ sessions, work, tally }, batch);
    done += batch.length;
    onBatch(done);
  }
  return tally;
}

/** Appends and never commits, until it is killed. */
const appendAndHang = ({ sql }: Sessions, { stream, ...work }: Work): Promise<unknown> =>
  sql.begin(async (tx) => {
    await append(tx, stream, batchesOf(work)[0] ?? []);
    process.send?.({ appended: true });
    await new Promise(() => setInterval(() => {}, 1_000));
  });

const task = z.object({
  app: z.object({
    host: z.string(),
    port: z.number().optional(),
    path: z.string().optional(),
    user: z.string(),
    database: z.string(),
  }),
  stream: z.string(),
  writer: z.string(),
  events: z.number(),
  seed: z.number(),
  hang: z.boolean().optional(),
});

async function main(): Promise<void> {
  const { app, hang, ...work } = task.parse(JSON.parse(process.env['WORK'] ?? ''));
  const { port, path, ...where } = app;
  const sessions = connectWriter({ ...where, ...(port && { port }), ...(path && { path }) }, work.writer);
  if (hang) await appendAndHang(sessions, work);
  const tally = await writeAll(sessions, work, (done) => process.send?.({ done }));
  process.send?.({ tally });
  await sessions.end();
  process.disconnect?.();
}

if (import.meta.main) await main();
