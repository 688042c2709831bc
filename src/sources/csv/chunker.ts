import type { Chunker, FileChunk, FileDescription } from '../source.ts';
import { maxRecordBytes, nextRecord } from './splitter.ts';

export interface ChunkLimits {
  /** A chunk ends with the first record that makes it this long. */
  chunkBytes: number;
  /** A record this long is torn. */
  recordBytes: number;
}

/** A chunk is about one page of an API: long enough to compress well, short enough to be folded at once. */
const defaultLimits: ChunkLimits = { chunkBytes: 256 * 1024, recordBytes: maxRecordBytes };

interface Rules extends ChunkLimits {
  delimiter: string;
  /** Nothing comes after the bytes at hand. */
  final: boolean;
}

interface Cut {
  end: number;
  firstLine: number;
  nextLine: number;
  records: number;
}

/** How one chunk is cut from the front of `bytes`, its body beginning as given; null: more bytes are needed. */
function cutChunk(bytes: Uint8Array, body: { start: number; line: number }, rules: Rules): Cut | null {
  const cut: Cut = { end: body.start, firstLine: body.line, nextLine: body.line, records: 0 };
  const next = () => nextRecord(bytes, cut.end, rules.delimiter, rules.final, rules.recordBytes);
  for (let span = next(); span !== null; span = next()) {
    if (!span.blank) {
      if (cut.records === 0) cut.firstLine = cut.nextLine;
      cut.records += 1;
    }
    cut.end = span.next;
    cut.nextLine += span.lineBreaks;
    if (cut.end >= rules.chunkBytes) return cut;
  }
  return rules.final && bytes.length > 0 ? cut : null;
}

/**
 * Cuts a file into chunks of whole records. Where it cuts depends on the file's bytes alone and never on how
 * they were pushed, since a chunk's offset and length are its id. The header belongs to the first chunk. It
 * holds at most about 2.5 MiB back, however the file looks.
 */
export function createChunker(description: FileDescription, limits: ChunkLimits = defaultLimits): Chunker {
  const { bodyOffset, bodyLine, delimiter } = description;
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let neededBytes = limits.chunkBytes;
  let offset = 0;
  let line = bodyLine;

  function cutAll(final: boolean): FileChunk[] {
    const chunks: FileChunk[] = [];
    let rest: Uint8Array = Buffer.concat(parts);
    for (;;) {
      const start = Math.min(Math.max(0, bodyOffset - offset), rest.length);
      const cut = cutChunk(rest, { start, line }, { ...limits, delimiter, final });
      if (cut === null) break;
      const { firstLine, records, end } = cut;
      chunks.push({ offset, firstLine, records, bytes: rest.subarray(0, end) });
      offset += end;
      line = cut.nextLine;
      rest = rest.subarray(end);
    }
    parts = rest.length > 0 ? [rest] : [];
    heldBytes = rest.length;
    // Looking again only after as much more keeps the whole work linear in the file's length.
    neededBytes = heldBytes + limits.chunkBytes;
    return chunks;
  }

  return {
    push(bytes) {
      // A copy: readers of files use their buffer again.
      parts.push(new Uint8Array(bytes));
      heldBytes += bytes.length;
      return heldBytes >= neededBytes ? cutAll(false) : [];
    },
    end: () => cutAll(true),
  };
}
