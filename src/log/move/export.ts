import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sql } from '../../database/client.ts';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { Archive } from '../archive/archive.ts';
import { segmentFile } from '../archive/close-segments.ts';
import { createSegmentWriter, type SegmentWriter } from '../archive/segment-writer.ts';
import { genesis } from '../chain.ts';
import { checkDecided, operatorStream, readRedactions } from '../redactions.ts';
import { createChainCheck, type ChainPosition } from '../stored-event.ts';
import { storedEvents } from '../stored-events.ts';
import { writeManifest, type ExportedStream } from './manifest.ts';

export interface ExportDeps {
  sql: Sql;
  archive: Archive;
  now: () => Date;
  signal?: AbortSignal;
  onProgress?: (progress: { events: number; total: number }) => void;
}

/** Raw bytes of one file: it can be copied, and read back, in reasonable time. */
const fileBytes = 512 * 1024 * 1024;

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    throw new CoinlogError('FILE_REFUSED', `Cannot write to ${folder}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  throw new CoinlogError('FILE_REFUSED', `${folder} is not empty: an export needs a folder of its own.`);
}

async function exportStream(
  { sql, archive, signal }: ExportDeps,
  folder: string,
  { stream, head, chainHash }: { stream: string; head: number; chainHash: Uint8Array },
  redactions: Set<string>,
  onEvents: (count: number) => void,
): Promise<ExportedStream> {
  const files: ExportedStream['files'] = [];
  const chain = createChainCheck({ version: 0, chainHash: genesis(stream) }, redactions);
  let writer: SegmentWriter | null = null;
  let start: ChainPosition = chain.position;
  const part = join(folder, '.part');

  async function closeFile(): Promise<void> {
    if (!writer) return;
    const written = await writer.finish();
    const file = segmentFile(stream, written.firstVersion, written.lastVersion);
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await rename(part, join(folder, file));
    const { firstVersion, lastVersion } = written;
    files.push({
      file,
      firstVersion,
      lastVersion,
      bytes: written.fileBytes,
      sha256: written.fileSha256.toString('hex'),
    });
    writer = null;
    start = chain.position;
  }

  for await (const batch of storedEvents(sql, archive, { stream, after: 0, to: head })) {
    if (signal?.aborted) throw new CoinlogError('BUSY', 'Stopped; the export is not whole.');
    for (const event of batch) {
      const reason = await checkDecided(sql, chain, event, redactions);
      if (reason)
        throw new CoinlogError(
          'LOG_DAMAGED',
          `Event ${event.version} of ${stream}: ${reason}. "coinlog verify" tells more.`,
        );
      writer ??= await createSegmentWriter(part, stream, start);
      await writer.add(event);
      if (writer.payloadBytes() >= fileBytes) await closeFile();
    }
    onEvents(batch.length);
  }
  await closeFile();
  if (chain.position.version !== head)
    throw new CoinlogError('LOG_DAMAGED', `Event ${chain.position.version + 1} of ${stream} is missing.`);
  return { stream, head, chainHash: Buffer.from(chainHash).toString('hex'), files };
}

const readExportHeads = (sql: Sql) =>
  sql<{ stream: string; head: number; chainHash: Uint8Array }[]>`
    select stream, head, chain_hash from log.stream where head > 0 order by stream = ${operatorStream}, stream`;

/**
 * Writes the whole log, archived segments too, into a folder: every event with its version, id, times, hashes and
 * bytes, each checked on the way. The files are of the archive's form. Throws FILE_REFUSED, LOG_DAMAGED, BUSY.
 */
export async function exportLog(
  deps: ExportDeps,
  folder: string,
): Promise<{ events: number; files: number }> {
  const { sql, now } = deps;
  await emptyFolder(folder);
  const heads = await readExportHeads(sql);
  const total = heads.reduce((sum, { head }) => sum + head, 0);
  const redactions = await readRedactions(sql);
  let events = 0;
  const onEvents = (count: number) => {
    events += count;
    deps.onProgress?.({ events, total });
  };
  const streams: ExportedStream[] = [];
  for (const { stream } of heads) {
    // Read anew for the operator's stream, which comes last: what was decided meanwhile about the others is in it.
    const head = (await readExportHeads(sql)).find((now) => now.stream === stream);
    if (head) streams.push(await exportStream(deps, folder, head, redactions, onEvents));
  }
  await writeManifest(folder, {
    format: 'coinlog-export-1',
    exportedAt: now().toISOString(),
    events,
    streams,
  });
  return { events, files: streams.reduce((sum, { files }) => sum + files.length, 0) };
}
