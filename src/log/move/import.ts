import { resolve } from 'node:path';
import type { Sql } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import type { Archive } from '../archive/archive.ts';
import { readSegment } from '../archive/segment-reader.ts';
import { openStore, type ArchiveStore } from '../archive/store.ts';
import { canonicalJson } from '../canonical-json.ts';
import { genesis } from '../chain.ts';
import { compress } from '../compress.ts';
import { exchangeTable } from '../exchange.ts';
import { operatorStream, redactionOf } from '../redactions.ts';
import { createChainCheck, type Redactions, type StoredEvent } from '../stored-event.ts';
import { readStoredEvent } from '../stored-events.ts';
import { readManifest, type ExportedStream, type Manifest } from './manifest.ts';

export interface ImportDeps {
  sql: Sql;
  /** May write events with the versions and hashes they have, as the application may not. */
  owner: Sql;
  archive: Archive;
  signal?: AbortSignal;
  onProgress?: (progress: { events: number; total: number }) => void;
}

// As for any append; one event may be larger.
const batchBytes = 16 * 1024 * 1024;
const batchEvents = 256;

const refused = (message: string): CoinlogError => new CoinlogError('IMPORT_REFUSED', message);

async function insert(
  owner: Sql,
  stream: string,
  head: number,
  events: readonly StoredEvent[],
): Promise<void> {
  const stored = await Promise.all(
    events.map(async ({ payload }) => (payload.kind === 'bytes' ? compress(payload.bytes) : null)),
  );
  const rows = events.map((event, at) => ({
    id: event.eventId,
    type: event.type,
    schema_version: event.schemaVersion,
    run_id: event.runId,
    received_at: event.receivedAtUs,
    recorded_at: event.recordedAtUs,
    metadata: canonicalJson(event.metadata),
    payload_bytes: event.payloadBytes,
    stored_bytes: stored[at]?.byteLength ?? null,
    sha256: event.sha256.toString('hex'),
    chain_hash: event.chainHash.toString('hex'),
  }));
  const payloads = Buffer.concat(stored.filter((bytes) => bytes !== null));
  await exchangeTable(
    stream,
    () => owner`select log.import(${stream}, ${head}, ${JSON.stringify(rows)}::text::jsonb, ${payloads})`,
  );
}

/** All events of one exported stream, checked: files in the manifest's order, each as long as it says. */
async function* exportedEvents(
  store: ArchiveStore,
  { stream, files, head, chainHash }: ExportedStream,
  redactions: Redactions,
): AsyncGenerator<StoredEvent> {
  const chain = createChainCheck({ version: 0, chainHash: genesis(stream) }, redactions);
  for (const { file } of files)
    for await (const block of readSegment(store, file))
      for (const event of block) {
        const reason = chain.check(event);
        if (reason) throw refused(`Event ${event.version} of ${stream} in ${file}: ${reason}.`);
        yield event;
      }
  const { position } = chain;
  if (position.version !== head || Buffer.from(position.chainHash).toString('hex') !== chainHash)
    throw refused(
      `The export of ${stream} ends at ${position.version}, not at ${head} as its manifest says.`,
    );
}

async function headOf(sql: Sql, stream: string): Promise<number> {
  const [row] = await sql<{ head: number }[]>`select head from log.stream where stream = ${stream}`;
  return row?.head ?? 0;
}

/** Throws unless what this database has of a stream is a beginning of the exported one, or the other way round. */
async function refuseOther({ sql, archive }: ImportDeps, store: ArchiveStore, exported: ExportedStream) {
  const { stream, files } = exported;
  const version = Math.min(await headOf(sql, stream), exported.head);
  if (version === 0) return;
  const here = await readStoredEvent(sql, archive, stream, version);
  const { file } = files.find(({ lastVersion }) => lastVersion >= version) ?? {};
  if (here && file !== undefined)
    for await (const [there] of readSegment(store, file, version))
      if (there) {
        if (there.version === version && there.chainHash.equals(here.chainHash)) return;
        break;
      }
  throw refused(
    `The stream ${stream} of this database is another than that of the export: import into an empty database.`,
  );
}

async function importStream(
  deps: ImportDeps,
  store: ArchiveStore,
  exported: ExportedStream,
  redactions: Set<string>,
  onEvents: (count: number) => void,
): Promise<void> {
  const { sql, owner, signal } = deps;
  const { stream } = exported;
  let head = await headOf(sql, stream);
  let batch: StoredEvent[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await insert(owner, stream, head, batch);
    head += batch.length;
    onEvents(batch.length);
    [batch, bytes] = [[], 0];
  };
  for await (const event of exportedEvents(store, exported, redactions)) {
    const redaction = redactionOf(event);
    if (redaction) redactions.add(redaction);
    if (signal?.aborted) throw new CoinlogError('BUSY', 'Stopped; the same import again goes on from here.');
    if (event.version <= head) continue;
    batch.push(event);
    bytes += event.payloadBytes;
    if (bytes >= batchBytes || batch.length === batchEvents) await flush();
  }
  await flush();
}

/** What the operator has decided to redact must be known before it is found missing. */
const operatorFirst = ({ streams }: Manifest): ExportedStream[] =>
  streams.toSorted((a, b) => Number(b.stream === operatorStream) - Number(a.stream === operatorStream));

/**
 * Brings an exported log into this database, which must be empty or hold a beginning of the same log: with every
 * version, id, time and hash. Safe to repeat; goes on where it was stopped. Throws IMPORT_REFUSED, LOG_DAMAGED, BUSY.
 */
export async function importLog(
  deps: ImportDeps,
  folder: string,
): Promise<{ events: number; already: number }> {
  const manifest = await readManifest(folder);
  const store = openStore(resolve(folder));
  const redactions = new Set<string>();
  let events = 0;
  const onEvents = (count: number) => {
    events += count;
    deps.onProgress?.({ events, total: manifest.events });
  };
  try {
    // All of them before anything is written.
    for (const exported of manifest.streams) await refuseOther(deps, store, exported);
    for (const exported of operatorFirst(manifest))
      await importStream(deps, store, exported, redactions, onEvents);
  } finally {
    await store.close();
  }
  return { events, already: manifest.events - events };
}
