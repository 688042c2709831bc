import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import { genesis } from '../chain.ts';
import { exchangeTable } from '../exchange.ts';
import { operatorStream, readRedactions } from '../redactions.ts';
import { createChainCheck, type ChainPosition, type Redactions } from '../stored-event.ts';
import { storedEvents } from '../stored-events.ts';
import { noArchive } from './archive.ts';
import { asOnlyArchiver } from './archive-lease.ts';
import { notePending, sweepPending } from './pending-files.ts';
import { readSegment } from './segment-reader.ts';
import { createSegmentWriter, type WrittenSegment } from './segment-writer.ts';
import { readSegments } from './segments.ts';
import type { ArchiveStore } from './store.ts';

/** As in log.ensure_partition: a segment lies within one partition, so that a closed one leaves whole. */
const partitionVersions = 65_536;

export interface CloseSegmentsDeps {
  sql: Sql;
  /** May cut segments off the log, as the application may not. */
  owner: Sql;
  store: ArchiveStore;
  /** Unique per process. */
  holder: string;
  now: () => Date;
  signal?: AbortSignal;
  onProgress?: (progress: { stream: string; events: number; total: number }) => void;
}

export interface ClosedSegment {
  stream: string;
  firstVersion: number;
  lastVersion: number;
  file: string;
  /** Raw. */
  payloadBytes: number;
  fileBytes: number;
}

const digits = (version: number): string => String(version).padStart(12, '0');

/** The name of a segment's file; `suffix` tells one apart that replaces another. */
export const segmentFile = (stream: string, first: number, last: number, suffix = ''): string =>
  `${stream}/${digits(first)}-${digits(last)}${suffix}.zst`;

interface Span {
  stream: string;
  start: ChainPosition;
  last: number;
}

/** The next segment to close, or null while there is none. */
async function nextSpan(sql: Sql, stream: string, before: Date | null): Promise<Span | null> {
  const newest = (await readSegments(sql, stream)).at(-1);
  const start: ChainPosition = newest
    ? { version: newest.lastVersion, chainHash: newest.chainHash }
    : { version: 0, chainHash: genesis(stream) };
  const first = start.version + 1;
  const partitionLast = Math.ceil(first / partitionVersions) * partitionVersions;
  const [row] = await sql<{ last: number | null }[]>`
    select max(version) as last from log.event
    where stream = ${stream} and version between ${first} and ${partitionLast}
      and ${before === null ? sql`true` : sql`recorded_at < ${before}`}`;
  const last = row?.last ?? null;
  return last === null || (before === null && last < partitionLast) ? null : { stream, start, last };
}

type SegmentDeps = CloseSegmentsDeps & { renew: () => Promise<void> };

const broken = (stream: string, version: number, reason: string): CoinlogError =>
  new CoinlogError(
    'LOG_DAMAGED',
    `Event ${version} of ${stream}: ${reason}. Nothing was archived: "coinlog verify" tells more.`,
  );

/** Events from the database into a file, each of them checked on the way. */
async function writeFile(
  { sql, signal, onProgress, renew }: SegmentDeps,
  path: string,
  { stream, start, last }: Span,
  redactions: Redactions,
): Promise<WrittenSegment> {
  const chain = createChainCheck(start, redactions);
  const writer = await createSegmentWriter(path, stream, start);
  try {
    for await (const batch of storedEvents(sql, noArchive, { stream, after: start.version, to: last })) {
      if (signal?.aborted) throw new CoinlogError('BUSY', 'Stopped; what was archived until now stays so.');
      for (const event of batch) {
        const reason = chain.check(event);
        if (reason) throw broken(stream, event.version, reason);
        await writer.add(event);
      }
      await renew();
      const events = chain.position.version - start.version;
      onProgress?.({ stream, events, total: last - start.version });
    }
    if (chain.position.version !== last) throw broken(stream, chain.position.version + 1, 'it is missing');
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Reads a stored file to its end, and throws unless it holds the segment whole. */
export async function readBack(
  store: ArchiveStore,
  file: string,
  stream: string,
  written: WrittenSegment,
  redactions: Redactions,
  renew: () => Promise<void>,
): Promise<void> {
  const start = { version: written.firstVersion - 1, chainHash: written.previousHash };
  const chain = createChainCheck(start, redactions);
  for await (const block of readSegment(store, file)) {
    await renew();
    for (const event of block) {
      const reason = chain.check(event);
      if (reason) throw broken(stream, event.version, `as read back from ${file}, ${reason}`);
    }
  }
  if (chain.position.version !== written.lastVersion)
    throw broken(stream, chain.position.version + 1, `it is missing from ${file} as read back`);
}

/** Takes a segment that is safely elsewhere out of the database. Readers in the way are waited for, appends go on. */
async function cut(
  owner: Sql,
  stream: string,
  file: string,
  written: WrittenSegment,
  now: Date,
): Promise<void> {
  const { firstVersion, lastVersion } = written;
  await owner`select log.begin_cut(${stream}, ${firstVersion}, ${lastVersion})`;
  await exchangeTable(
    stream,
    () => owner`
      select log.finish_cut(row(${stream}::text, ${firstVersion}::bigint, ${lastVersion}::bigint,
        ${Buffer.from(written.previousHash)}::bytea, ${Buffer.from(written.chainHash)}::bytea,
        ${written.payloadBytes}::bigint, ${new Date(written.lastRecordedAtUs / 1000)}::timestamptz, ${file}::text,
        ${written.fileBytes}::bigint, ${written.fileSha256}::bytea, ${now}::timestamptz)::log.segment, ${written.redacted})`,
  );
}

async function closeSegment(
  deps: SegmentDeps,
  folder: string,
  span: Span,
  redactions: Redactions,
): Promise<ClosedSegment> {
  const { sql, owner, store, now, renew } = deps;
  const { stream, start, last } = span;
  const path = join(folder, 'segment.zst');
  const written = await writeFile(deps, path, span, redactions);
  const file = segmentFile(stream, start.version + 1, last);
  await notePending(sql, file);
  await store.put(file, path);
  await readBack(store, file, stream, written, redactions, renew);
  await cut(owner, stream, file, written, now());
  await sweepPending(sql, store);
  const { firstVersion, lastVersion, payloadBytes, fileBytes } = written;
  return { stream, firstVersion, lastVersion, file, payloadBytes, fileBytes };
}

/**
 * Moves closed segments of every stream to the archive: all full partitions, or with `before` everything recorded
 * before that time. An event leaves the database only after its file was stored, read back and checked. The operator's
 * own stream stays: it is small, and says what may be missing from the others. Throws LOG_DAMAGED, BUSY, and what the
 * store throws; whatever was closed until then stays closed.
 */
export async function closeSegments(deps: CloseSegmentsDeps, before: Date | null): Promise<ClosedSegment[]> {
  const { sql, holder, store } = deps;
  return asOnlyArchiver(sql, holder, async (renew) => {
    await sweepPending(sql, store);
    const redactions = await readRedactions(sql);
    const streams = await sql<{ stream: string }[]>`
      select stream from log.stream where stream <> ${operatorStream} order by stream`;
    const folder = await mkdtemp(join(tmpdir(), 'coinlog-archive-'));
    const closed: ClosedSegment[] = [];
    try {
      for (const { stream } of streams)
        for (;;) {
          const span = await nextSpan(sql, stream, before);
          if (span === null) break;
          closed.push(await closeSegment({ ...deps, renew }, folder, span, redactions));
        }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return closed;
  });
}
