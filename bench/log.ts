import { connect, type Sql } from '../src/database/client.ts';
import { noArchive } from '../src/log/archive/archive.ts';
import { readEvents } from '../src/log/read.ts';
import { verifyLog } from '../src/log/verify.ts';
import { copyIn } from './copy.ts';
import { type EmmettPeer, openEmmett } from './emmett.mjs';
import { formatLog, type LogFigures } from './log-rows.ts';
import { partsOfAppend, partsOfVerify } from './parts.ts';
import { drawPages, readRecorded } from './recorded.ts';
import type { BenchServer } from './server.ts';
import { appendPage, type Page, storedBytes, stream, tableBytes } from './sides.ts';
import { createStopwatch, median, seconds, type Stopwatch } from './timing.ts';

const warmUpPages = 20;
/** Rounds that the sides take turns in, so that what else the machine does falls on all of them. */
const rounds = 10;
const copies = 3;
const pagesPerRead = 32;

interface Side {
  /** Stores a page; what is done before `time` is not counted. */
  store(page: Page, index: number, watch: Stopwatch): Promise<void>;
  watch: Stopwatch;
}

interface Peers {
  emmett: EmmettPeer;
  /** A connection to Emmett's database, to ask for sizes. */
  emmettSql: Sql;
  close(): Promise<void>;
}

async function openPeers({ owner, ownerTarget }: BenchServer): Promise<Peers> {
  await owner`create schema bench`;
  await owner`create table bench.plain (id bigserial primary key, received_at timestamptz default now(), body text)`;
  await owner`create table bench.raw (body bytea)`;
  await owner`create database emmett`;
  const target = { ...ownerTarget, database: 'emmett' };
  const emmett = await openEmmett(target);
  const emmettSql = connect(target, { max: 1, name: 'bench', role: null });
  return {
    emmett,
    emmettSql,
    async close() {
      await emmett.close();
      await emmettSql.end();
    },
  };
}

function makeSides(
  { owner, sql }: BenchServer,
  { emmett }: Peers,
): { [name in 'plain' | 'ours' | 'emmett']: Side } {
  return {
    plain: {
      watch: createStopwatch(),
      store: ({ text }, _, watch) =>
        watch.time(async () => void (await owner`insert into bench.plain (body) values (${text})`)),
    },
    ours: {
      watch: createStopwatch(),
      store: ({ bytes }, index, watch) => watch.time(() => appendPage(sql, index, bytes)),
    },
    emmett: {
      watch: createStopwatch(),
      // Each side starts from what was received. Emmett stores JSON, so that parsing is part of its append, as
      // compressing is of ours: some 0.5 of its 12 ms.
      store: ({ text }, _, watch) => watch.time(() => emmett.append(JSON.parse(text))),
    },
  };
}

/** The sides in turn, a checkpoint before each turn and another side first in each round. */
async function takeTurns(owner: Sql, sides: readonly Side[], pages: readonly Page[]): Promise<void> {
  const perRound = Math.ceil(pages.length / rounds);
  for (let round = 0; round * perRound < pages.length; round += 1) {
    const from = round * perRound;
    for (let turn = 0; turn < sides.length; turn += 1) {
      const side = sides[(round + turn) % sides.length];
      if (!side) continue;
      await owner`checkpoint`;
      for (const [index, page] of pages.slice(from, from + perRound).entries())
        await side.store(page, warmUpPages + from + index, side.watch);
    }
  }
}

/** The first pages of each side, uncounted: compiled code, prepared statements, open connections. */
async function warmUp(sides: readonly Side[], pages: readonly Page[]): Promise<void> {
  const uncounted = createStopwatch();
  for (const side of sides)
    for (const [index, page] of pages.entries()) await side.store(page, index, uncounted);
}

/** Seconds of one COPY of all pages: the middle one of three, the table emptied between them. */
async function timeCopies(owner: Sql, pages: readonly Page[]): Promise<number> {
  const took: number[] = [];
  for (let copy = 0; copy < copies; copy += 1) {
    await owner`truncate bench.raw`;
    await owner`checkpoint`;
    took.push(
      await seconds(() =>
        copyIn(
          owner,
          'bench.raw',
          pages.map(({ bytes }) => bytes),
        ),
      ),
    );
  }
  return median(took);
}

async function readAll(last: number, read: (from: number, to: number) => Promise<number>): Promise<number> {
  let events = 0;
  const took = await seconds(async () => {
    for (let from = 1; from <= last; from += pagesPerRead)
      events += await read(from, Math.min(from + pagesPerRead - 1, last));
  });
  if (events !== last) throw new Error(`read ${events} of ${last} events`);
  return took;
}

const readOurs = (sql: Sql, last: number) =>
  readAll(last, async (from, to) => {
    const events = await readEvents(sql, stream, from - 1, { limit: to - from + 1, archive: noArchive });
    return events.length;
  });

const readEmmett = (emmett: EmmettPeer, last: number) =>
  readAll(last, async (from, to) => (await emmett.read(from, to)).length);

/** The middle one of three, as for COPY. */
async function middle(measure: () => Promise<number>): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < copies; time += 1) took.push(await measure());
  return median(took);
}

const rawBytes = (pages: readonly Page[]): number =>
  pages.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);

/** Seconds of one verification. Throws when the log does not verify. */
const verify = (sql: Sql): Promise<number> =>
  seconds(async () => {
    const result = await verifyLog(sql, { archive: noArchive });
    if (!result.ok) throw new Error(`the log does not verify: ${JSON.stringify(result.firstBad)}`);
  });

async function storedSizes({ owner }: BenchServer, { emmettSql }: Peers): Promise<LogFigures['stored']> {
  return {
    ours: await storedBytes(owner, 'log'),
    plain: await tableBytes(owner, 'bench.plain'),
    emmett: await storedBytes(emmettSql, 'public'),
  };
}

async function measure(server: BenchServer, peers: Peers, all: readonly Page[]): Promise<LogFigures> {
  const { owner, sql } = server;
  const pages = all.slice(warmUpPages);
  const sides = makeSides(server, peers);
  const order = [sides.plain, sides.ours, sides.emmett];
  await warmUp(order, all.slice(0, warmUpPages));

  const before = await storedSizes(server, peers);
  await takeTurns(owner, order, pages);
  const after = await storedSizes(server, peers);
  const copying = await timeCopies(owner, pages);
  await owner`checkpoint`;
  const reading = await middle(() => readOurs(sql, all.length));
  const readingEmmett = await middle(() => readEmmett(peers.emmett, all.length));
  const verifying = await middle(() => verify(sql));
  return {
    pages: pages.length,
    samplePage: pages.at(-1)?.text ?? '',
    appendedBytes: rawBytes(pages),
    readBytes: rawBytes(all),
    pagesPerRead,
    pagesPerTurn: Math.ceil(pages.length / rounds),
    plain: sides.plain.watch,
    ours: sides.ours.watch,
    emmett: sides.emmett.watch,
    copying,
    stored: {
      ours: after.ours - before.ours,
      plain: after.plain - before.plain,
      emmett: after.emmett - before.emmett,
    },
    reading,
    readingEmmett,
    verifying,
    parts: [await partsOfAppend(sql, sides.ours.watch, pages), await partsOfVerify(sql, verifying, all)],
  };
}

/** Measures the log against its peers; returns what is to be printed. */
export async function benchLog(server: BenchServer, pageCount: number): Promise<string> {
  const recorded = readRecorded();
  const pages = [...drawPages(recorded, warmUpPages + pageCount)].map((text) => ({
    text,
    bytes: Buffer.from(text),
  }));
  const peers = await openPeers(server);
  try {
    return formatLog(await measure(server, peers, pages), recorded, server.durability);
  } finally {
    await peers.close();
  }
}
