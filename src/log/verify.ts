import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { chain, genesis, headerOf, sha256, type ChainedColumns } from './chain.ts';
import { decompress } from './compress.ts';

export interface FirstBad {
  stream: string;
  version: number;
  reason: string;
}
export interface VerifyResult {
  ok: boolean;
  /** Events found good. */
  events: number;
  firstBad: FirstBad | null;
}

export interface VerifyOptions {
  /** Only this stream. */
  stream?: string;
  onProgress?: (progress: { events: number; total: number }) => void;
  /** Ends it early with an error. */
  signal?: AbortSignal;
}

type Row = Omit<ChainedColumns, 'stream'> & {
  payload: Uint8Array | null;
  digest: Uint8Array;
  chainHash: Uint8Array;
};

/** 32 pages of some 40 KB at once keep memory flat whatever the log's length. */
const rowsPerRead = 32;

const rowsOf = (sql: Sql, stream: string) =>
  sql<Row[]>`
  select version, event_id, type, schema_version, run_id, log.microseconds(received_at) as received_at_us,
    log.microseconds(recorded_at) as recorded_at_us, metadata, payload_bytes, payload, sha256 as digest, chain_hash
  from log.event where stream = ${stream} order by version`.cursor(rowsPerRead);

async function reasonBad(
  stream: string,
  row: Row,
  expectedVersion: number,
  previous: Uint8Array,
): Promise<string | null> {
  if (row.version !== expectedVersion)
    return `expected version ${expectedVersion} here: an event was removed or put in`;
  if (row.payload === null) return 'its payload is gone';
  const payload = await decompress(row.payload, row.payloadBytes).catch(() => null);
  if (payload === null) return 'its payload cannot be unpacked';
  if (payload.byteLength !== row.payloadBytes) return 'its payload has another length than recorded';
  if (!sha256(payload).equals(row.digest)) return 'its payload does not match its digest';
  if (!chain(previous, headerOf({ ...row, stream }), row.digest).equals(row.chainHash))
    return 'its hash does not follow from its columns and the event before it';
  return null;
}

interface StreamHead {
  stream: string;
  head: number;
  chainHash: Uint8Array;
}

async function verifyStream(
  sql: Sql,
  { stream, head, chainHash }: StreamHead,
  onEvent: () => void,
): Promise<FirstBad | null> {
  let previous: Uint8Array = genesis(stream);
  let version = 0;
  // The head was read first: events appended since then are beyond it and left for the next time.
  for await (const rows of rowsOf(sql, stream)) {
    for (const row of rows) {
      if (version === head) break;
      const reason = await reasonBad(stream, row, version + 1, previous);
      if (reason) return { stream, version: row.version, reason };
      previous = row.chainHash;
      version += 1;
      onEvent();
    }
    if (version === head) break;
  }
  if (version < head)
    return { stream, version: version + 1, reason: `it is missing: the stream's head is ${head}` };
  if (!Buffer.from(previous).equals(chainHash))
    return { stream, version: head, reason: "the stream's own hash is not that of its last event" };
  return null;
}

/** Every digest, the density of versions and the chain of the whole log (or one stream), with flat memory. */
export async function verifyLog(sql: Sql, options: VerifyOptions = {}): Promise<VerifyResult> {
  const heads = await sql<StreamHead[]>`
    select stream, head, chain_hash from log.stream
    where ${options.stream === undefined ? sql`true` : sql`stream = ${options.stream}`} order by stream`;
  if (options.stream !== undefined && heads.length === 0)
    throw new CoinlogError('USAGE', `There is no stream ${options.stream}: "coinlog status" lists them.`);
  const total = heads.reduce((sum, { head }) => sum + head, 0);
  let events = 0;
  for (const head of heads) {
    const firstBad = await verifyStream(sql, head, () => {
      if (options.signal?.aborted)
        throw new CoinlogError('BUSY', `Stopped after ${events} events; nothing wrong until there.`);
      events += 1;
      options.onProgress?.({ events, total });
    });
    if (firstBad) return { ok: false, events, firstBad };
  }
  return { ok: true, events, firstBad: null };
}
