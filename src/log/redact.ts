import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { append } from './append.ts';
import type { Archive } from './archive/archive.ts';
import { readBack, segmentFile } from './archive/close-segments.ts';
import { createSegmentWriter } from './archive/segment-writer.ts';
import { findSegment, type Segment } from './archive/segments.ts';
import type { ArchiveStore } from './archive/store.ts';
import { deriveId } from './event-id.ts';
import type { EventHeader } from './event.ts';
import { exchangeTable } from './exchange.ts';
import { readHeader } from './read.ts';
import { operatorStream, readRedactions, redactedType } from './redactions.ts';
import type { Redactions } from './stored-event.ts';

export interface RedactDeps {
  sql: Sql;
  /** May remove a payload, as the application may not. */
  owner: Sql;
  archive: Archive;
  now: () => Date;
}

/** The operator's decision, which comes before any byte goes. Deciding it again changes nothing. */
async function decide({ sql, now }: RedactDeps, event: EventHeader, reason: string): Promise<void> {
  const { stream, version, sha256, payloadBytes } = event;
  await append(sql, operatorStream, [
    {
      id: deriveId(redactedType, stream, version),
      type: redactedType,
      schemaVersion: 1,
      runId: null,
      receivedAt: now(),
      metadata: { stream, version, reason, sha256, payload_bytes: payloadBytes },
      payload: new Uint8Array(),
    },
  ]);
}

/** Every file this segment can have had before; also one that a killed attempt had just replaced. */
async function removeFormer(
  store: ArchiveStore,
  { stream, firstVersion, lastVersion }: Segment,
  current: string,
  redactions: Redactions,
): Promise<void> {
  const suffixes = [...redactions]
    .filter((key) => key.startsWith(`${stream}:`))
    .map((key) => Number(key.slice(stream.length + 1)))
    .filter((version) => version >= firstVersion && version <= lastVersion)
    .map(withoutSuffix);
  for (const suffix of ['', ...suffixes]) {
    const file = segmentFile(stream, firstVersion, lastVersion, suffix);
    if (file !== current) await store.remove(file);
  }
}

const withoutSuffix = (version: number): string => `-without-${version}`;

/** A copy of a segment's file without one payload takes the file's place; the chain and every other byte stay. */
async function redactSegment(
  { sql, owner }: RedactDeps,
  store: ArchiveStore,
  archive: Archive,
  segment: Segment,
  version: number,
): Promise<void> {
  const { stream, firstVersion, lastVersion } = segment;
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-redact-'));
  try {
    const path = join(folder, 'segment.zst');
    const start = { version: firstVersion - 1, chainHash: segment.previousHash };
    const writer = await createSegmentWriter(path, stream, start);
    for await (const block of archive.blocks(segment, firstVersion))
      for (const event of block)
        await writer.add(event.version === version ? { ...event, payload: { kind: 'redacted' } } : event);
    const written = await writer.finish();
    const file = segmentFile(stream, firstVersion, lastVersion, withoutSuffix(version));
    await store.put(file, path);
    const redactions = await readRedactions(sql);
    await readBack(store, file, stream, written, redactions);
    await owner`
      select log.replace_file(${stream}, ${firstVersion}, ${file}, ${written.fileBytes}, ${written.fileSha256})`;
    await removeFormer(store, segment, file, redactions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes one payload for good: the operator's event, then the bytes from the table or the archived file. Digest, chain
 * and all else of the event stay, so that everything but those bytes can still be proven. The table is rewritten, since
 * a row that was only updated leaves its old bytes in the data files; write-ahead log, replicas and backups keep them
 * until they expire. What the event had decided is folded again by the next projector: a redaction changes the digest
 * of the folds. Throws EVENT_NOT_FOUND, USAGE, and what the archive throws; a second try goes on where one ended.
 */
export async function redact(
  deps: RedactDeps,
  { stream, version, reason }: { stream: string; version: number; reason: string },
): Promise<{ where: 'database' | 'archive'; payloadBytes: number }> {
  const { sql, owner, archive } = deps;
  if (stream === operatorStream)
    throw new CoinlogError('USAGE', "The operator's own events have no payload, and they stay.");
  const event = await readHeader(sql, stream, version, archive);
  if (event?.version !== version)
    throw new CoinlogError('EVENT_NOT_FOUND', `There is no event ${version} in ${stream}.`);
  await decide(deps, event, reason);
  const [row] = await owner<{ inTable: boolean }[]>`
    select log.redact(${stream}, ${version}) as "inTable"`;
  if (row?.inTable) {
    await exchangeTable(stream, () => owner`select log.rewrite(${stream}, ${version})`);
    return { where: 'database', payloadBytes: event.payloadBytes };
  }
  const segment = await findSegment(sql, stream, version - 1);
  if (!segment || !archive.store)
    throw new CoinlogError(
      'CONFIG_INVALID',
      `ARCHIVE_URI: event ${version} of ${stream} is in the archive; set it.`,
    );
  await redactSegment(deps, archive.store, archive, segment, version);
  return { where: 'archive', payloadBytes: event.payloadBytes };
}
