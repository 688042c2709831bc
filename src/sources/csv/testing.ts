import type { CoinRecord, QuoteValues, SourceRecord } from '../record.ts';
import type { FileChunk, FileDescription, FileOptions, PayloadEvent } from '../source.ts';
import { type ChunkLimits, createChunker } from './chunker.ts';
import { files } from './feed.ts';

export interface WholeFile {
  description: FileDescription;
  chunks: FileChunk[];
  events: PayloadEvent[];
  records: SourceRecord[];
}

export interface ReadOptions extends FileOptions {
  modifiedAt?: Date | null;
  limits?: ChunkLimits;
}

const headBytes = 1024 * 1024;

/** For tests: cuts bytes into chunks and reads each, as a run and the folds do. Throws when the file is refused. */
export function readWhole(
  bytes: Uint8Array,
  receivedAt: Date,
  { modifiedAt, limits, ...options }: ReadOptions = {},
): WholeFile {
  const described = files.describe(bytes.subarray(0, headBytes), bytes.length <= headBytes, options);
  if (described.kind === 'refused') throw new Error(described.reason);
  const { description } = described;
  const chunker = createChunker(description, limits);
  const chunks = [...chunker.push(bytes), ...chunker.end()];
  const file = { name: 'coins.csv', sha256: '', bytes: bytes.length, modifiedAt: modifiedAt?.toISOString() };
  // As it is stored: the description goes through JSON.
  const recorded: unknown = JSON.parse(JSON.stringify(description));
  const events = chunks.map(({ bytes: payload, offset, firstLine }) => ({
    type: 'file.chunk',
    receivedAt,
    metadata: { file, description: recorded, offset, firstLine },
    payload,
    ...(options.mappings === undefined ? {} : { mappings: options.mappings }),
  }));
  return { description, chunks, events, records: events.flatMap((event) => files.toRecords(event)) };
}

export const receivedAt = new Date('2026-01-01T00:00:00Z');
export const modifiedAt = new Date('2025-12-31T12:00:00Z');

/** The records of a file that was received and written as above. */
export const read = (text: string | Uint8Array, options: ReadOptions = {}): SourceRecord[] =>
  readWhole(typeof text === 'string' ? Buffer.from(text) : text, receivedAt, { modifiedAt, ...options })
    .records;

export const coins = (text: string | Uint8Array, options?: ReadOptions): CoinRecord[] =>
  read(text, options).filter((record) => record.kind === 'coin');

export const quoteOf = (text: string, options?: ReadOptions): QuoteValues | undefined =>
  coins(text, options)[0]?.quotes[0];

/** `line code path` of every issue of every rejected record. */
export const rejects = (text: string | Uint8Array, options?: ReadOptions): string[] =>
  read(text, options).flatMap((record) =>
    record.kind === 'rejected'
      ? record.issues.map((issue) => `${record.line} ${issue.code} ${issue.path}`.trim())
      : [],
  );

/** `id code path` of every cell that was not kept. */
export const nulled = (text: string, options?: ReadOptions): string[] =>
  coins(text, options).flatMap(({ sourceCoinId, cellIssues = [] }) =>
    cellIssues.map(({ code, path }) => `${sourceCoinId} ${code} ${path}`),
  );
