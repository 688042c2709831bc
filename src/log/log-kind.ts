import type { Queryable } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { append } from './append.ts';
import { deriveId } from './event-id.ts';
import { noArchive } from './archive/archive.ts';
import { findVersion, readHeader } from './read.ts';

/**
 * Demo and real data never mix: an event that comes before any data says which the log holds. It is found by its id and
 * not by its place, for an operator may have paused a source before the first one was ever asked.
 */
export type LogKind = 'live' | 'sandbox';

const stream = 'operator';
const opening = deriveId(stream, 'log.opened');

/** What the log holds, or null while it is empty. */
export async function readLogKind(sql: Queryable): Promise<LogKind | null> {
  const version = await findVersion(sql, stream, opening);
  // The operator's own stream never leaves the database.
  const opened = version === null ? null : await readHeader(sql, stream, version, noArchive);
  if (!opened) return null;
  return opened.metadata['kind'] === 'sandbox' ? 'sandbox' : 'live';
}

/** Opens an empty log as one kind; throws LOG_KIND_MISMATCH when it holds the other. */
export async function openLog(sql: Queryable, kind: LogKind, now: Date): Promise<void> {
  const found = await readLogKind(sql);
  if (found === null) {
    await append(sql, stream, [
      {
        id: opening,
        type: 'log.opened',
        schemaVersion: 1,
        runId: null,
        receivedAt: now,
        metadata: { kind, epoch: crypto.randomUUID() },
        payload: new Uint8Array(),
      },
    ]);
    return openLogIs(sql, kind);
  }
  refuseOther(found, kind);
}

/** Two processes may open at once: whoever lost looks at what the other wrote. */
async function openLogIs(sql: Queryable, kind: LogKind): Promise<void> {
  const found = await readLogKind(sql);
  if (found === null) throw new Error('log.opened was appended to the stream operator and is not there');
  refuseOther(found, kind);
}

function refuseOther(found: LogKind, wanted: LogKind): void {
  if (found !== wanted)
    throw new CoinlogError(
      'LOG_KIND_MISMATCH',
      `This log holds ${found} data, and ${wanted} data never goes into it: use another database or EMBEDDED_DATA_DIR.`,
    );
}
