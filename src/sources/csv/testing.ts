import type { SourceRecord } from '../record.ts';
import type { FileChunk, FileDescription } from '../source.ts';
import { files } from './feed.ts';

export interface WholeFile {
  description: FileDescription;
  chunks: FileChunk[];
  records: SourceRecord[];
}

/** For tests: cuts bytes into chunks and reads each, as a run and the folds do. Throws when the file is refused. */
export function readWhole(bytes: Uint8Array, receivedAt: Date, modifiedAt: Date | null = null): WholeFile {
  const described = files.describe(bytes.subarray(0, 1024 * 1024), bytes.length <= 1024 * 1024);
  if (described.kind === 'refused') throw new Error(described.reason);
  const { description } = described;
  const chunker = files.createChunker(description);
  const chunks = [...chunker.push(bytes), ...chunker.end()];
  const file = { name: 'coins.csv', sha256: '', bytes: bytes.length, modifiedAt: modifiedAt?.toISOString() };
  const records = chunks.flatMap(({ bytes: payload, offset, firstLine }) =>
    files.toRecords({
      type: 'file.chunk',
      receivedAt,
      metadata: { file, description, offset, firstLine },
      payload,
    }),
  );
  return { description, chunks, records };
}
