import type { Queryable } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { append } from './append.ts';
import { deriveId } from './event-id.ts';
import { noArchive } from './archive/archive.ts';
import { readHeader } from './read.ts';

/** Demo and real data never mix: the log's first event says which it holds. */
export type LogKind = 'live' | 'sandbox';

const stream = 'operator';
const opening = deriveId(stream, 'log.opened');

/** What the log holds, or null while it is empty. */
export async function readLogKind(sql: Queryable): Promise<LogKind | null> {
  // The operator's own stream never leaves the database.
  const first = await readHeader(sql, stream, 1, noArchive);
  if (!first || first.type !== 'log.opened') return null;
  return first.metadata['kind'] === 'sandbox' ? 'sandbox' : 'live';
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
  if (found === null)
    throw new Error('the first event of the stream operator does not say what the log holds');
  refuseOther(found, kind);
}

function refuseOther(found: LogKind, wanted: LogKind): void {
  if (found !== wanted)
    throw new CoinlogError(
      'LOG_KIND_MISMATCH',
      `This log holds ${found} data, and ${wanted} data never goes into it: use another database or EMBEDDED_DATA_DIR.`,
    );
}
