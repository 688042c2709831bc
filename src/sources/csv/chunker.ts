import type { Chunker, FileChunk, FileDescription } from '../source.ts';
import { type SplitRules, heldUnitsMax, nextRecord } from './splitter.ts';
import { toUnits, unitBytes } from './units.ts';

export interface ChunkLimits {
  /** A chunk ends with the first record that makes it this long. */
  chunkBytes: number;
  /** A record this long, in units, is torn. */
  unitsMax: number;
}

/** A chunk is about one page of an API: long enough to compress well, short enough to be folded at once. */
const defaultLimits: ChunkLimits = { chunkBytes: 256 * 1024, unitsMax: heldUnitsMax };

/** How the records of a described file are told apart. */
export const splitRulesOf = (
  { delimiter, quote, header }: FileDescription,
  final: boolean,
  unitsMax: number = heldUnitsMax,
): SplitRules => ({ delimiter, quote: quote ?? '"', width: header.length, final, unitsMax });

interface Cut {
  /** In units. */
  end: number;
  firstLine: number;
  nextLine: number;
  records: number;
}

/** How one chunk is cut from the units from `start`, its body beginning as given; null: more of them are needed. */
function cutChunk(
  units: Uint8Array,
  start: number,
  body: { start: number; line: number },
  rules: SplitRules,
  chunkUnits: number,
): Cut | null {
  const cut: Cut = { end: body.start, firstLine: body.line, nextLine: body.line, records: 0 };
  const next = () => nextRecord(units, cut.end, rules);
  for (let span = next(); span !== null; span = next()) {
    if (!span.blank) {
      if (cut.records === 0) cut.firstLine = cut.nextLine;
      cut.records += 1;
    }
    cut.end = span.next;
    cut.nextLine += span.lineBreaks;
    if (cut.end - start >= chunkUnits) return cut;
  }
  return rules.final && units.length > start ? cut : null;
}

/**
 * Cuts a file into chunks of whole records. Where it cuts depends on the file's bytes alone and never on how
 * they were pushed, since a chunk's offset and length are its id. The header belongs to the first chunk. It
 * holds back what is no whole chunk yet: some 64 MiB at most, however the file looks.
 */
export function createChunker(description: FileDescription, limits: ChunkLimits = defaultLimits): Chunker {
  const { bodyOffset, bodyLine, encoding } = description;
  const perUnit = unitBytes(encoding);
  const chunkUnits = Math.ceil(limits.chunkBytes / perUnit);
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let neededBytes = limits.chunkBytes;
  let offset = 0;
  let line = bodyLine;

  function cutAll(final: boolean): FileChunk[] {
    const chunks: FileChunk[] = [];
    const held = Buffer.concat(parts);
    const units = toUnits(final ? held : held.subarray(0, held.length - (held.length % perUnit)), encoding);
    const rules = splitRulesOf(description, final, limits.unitsMax);
    let start = 0;
    for (;;) {
      const body = Math.min(start + Math.max(0, Math.ceil((bodyOffset - offset) / perUnit)), units.length);
      const cut = cutChunk(units, start, { start: body, line }, rules, chunkUnits);
      if (cut === null) break;
      const bytes = held.subarray(start * perUnit, cut.end * perUnit);
      chunks.push({ offset, firstLine: cut.firstLine, records: cut.records, bytes });
      offset += bytes.length;
      line = cut.nextLine;
      start = cut.end;
    }
    const rest = held.subarray(start * perUnit);
    parts = rest.length > 0 ? [rest] : [];
    heldBytes = rest.length;
    // Looking again only after as much more keeps the whole work linear in the file's length.
    neededBytes = heldBytes + Math.max(limits.chunkBytes, heldBytes);
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
