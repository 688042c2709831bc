import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { append } from './append.ts';
import type { Archive } from './archive/archive.ts';
import { asOnlyArchiver } from './archive/archive-lease.ts';
import { readBack, segmentFile } from './archive/close-segments.ts';
import { notePending, sweepPending } from './archive/pending-files.ts';
import { createSegmentWriter } from './archive/segment-writer.ts';
import { findSegment, type Segment } from './archive/segments.ts';
import type { ArchiveStore } from './archive/store.ts';
import { deriveId } from './event-id.ts';
import type { EventHeader } from './event.ts';
import { exchangeTable } from './exchange.ts';
import { readHeader } from './read.ts';
import { operatorStream, readRedactions, redactedType } from './redactions.ts';
import { redactionKey } from './stored-event.ts';

export interface RedactDeps {
  sql: Sql;
  /** May remove a payload, as the application may not. */
  owner: Sql;
  archive: Archive;
  /** Unique per process. */
  holder: string;
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

/**
 * A copy of a segment's file without the payloads that are to go takes the file's place; the chain and every other byte
 * stay. Its name was never used before, so that nobody reads it by an index of another.
 */
async function redactSegment(
  { sql, owner, archive }: RedactDeps,
  store: ArchiveStore,
  segment: Segment,
  renew: () => Promise<void>,
): Promise<void> {
  const { stream, firstVersion, lastVersion } = segment;
  const redactions = await readRedactions(sql);
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-redact-'));
  try {
    const path = join(folder, 'segment.zst');
    const start = { version: firstVersion - 1, chainHash: segment.previousHash };
    const writer = await createSegmentWriter(path, stream, start);
    try {
      for await (const block of archive.blocks(segment, firstVersion)) {
        await renew();
        for (const event of block)
          await writer.add(
            redactions.has(redactionKey(stream, event.version))
              ? { ...event, payload: { kind: 'redacted' } }
              : event,
          );
      }
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const written = await writer.finish();
    const file = segmentFile(stream, firstVersion, lastVersion, `-${randomBytes(4).toString('hex')}`);
    await notePending(sql, file);
    await store.put(file, path);
    await readBack(store, file, stream, written, redactions, renew);
    await notePending(sql, segment.file);
    await exchangeTable(
      stream,
      () => owner`
        select log.replace_file(${segment.file}, ${file}, ${written.fileBytes}, ${written.fileSha256})`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await sweepPending(sql, store);
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
  const { sql, owner, archive, holder } = deps;
  if (stream === operatorStream)
    throw new CoinlogError('USAGE', "The operator's own events have no payload, and they stay.");
  const event = await readHeader(sql, stream, version, archive);
  if (event === null) throw new CoinlogError('EVENT_NOT_FOUND', `There is no event ${version} in ${stream}.`);
  const { payloadBytes } = event;
  return asOnlyArchiver(sql, holder, async (renew) => {
    await decide(deps, event, reason);
    if (archive.store) await sweepPending(sql, archive.store);
    const [row] = await owner<{ inTable: boolean }[]>`select log.redact(${stream}, ${version}) as "inTable"`;
    if (row?.inTable) {
      await exchangeTable(stream, () => owner`select log.rewrite(${stream}, ${version})`);
      return { where: 'database', payloadBytes };
    }
    const segment = await findSegment(sql, stream, version - 1);
    if (!segment || !archive.store)
      throw new CoinlogError(
        'CONFIG_INVALID',
        `ARCHIVE_URI: event ${version} of ${stream} is in the archive; set it.`,
      );
    await redactSegment(deps, archive.store, segment, renew);
    return { where: 'archive', payloadBytes };
  });
}
