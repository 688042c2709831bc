import { z } from 'zod';

/**
 * A segment file is a row of zstd frames, a block of events each, and at its end a frame that zstd skips, with the
 * index: where each block lies, and the file's place in the chain.
 */
const segmentIndex = z.object({
  format: z.literal(1),
  stream: z.string(),
  first_version: z.int().positive(),
  last_version: z.int().positive(),
  /** The chain before the first event and after the last one, hexadecimal. */
  previous_hash: z.string(),
  chain_hash: z.string(),
  blocks: z.array(
    z.object({
      first_version: z.int().positive(),
      offset: z.int().nonnegative(),
      bytes: z.int().positive(),
      raw_bytes: z.int().positive(),
    }),
  ),
});
export type SegmentIndex = z.infer<typeof segmentIndex>;

const skippableMagic = 0x184d2a50;
const mark = Buffer.from('coinlog1');
/** What a reader fetches first: the index's length and the mark. */
export const trailerBytes = 4 + mark.byteLength;

export function encodeIndex(index: SegmentIndex): Buffer {
  const json = Buffer.from(JSON.stringify(index));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(skippableMagic, 0);
  head.writeUInt32LE(json.byteLength + trailerBytes, 4);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  return Buffer.concat([head, json, length, mark]);
}

/** How long the index before this trailer is, or null when this is no trailer. */
export function indexBytes(trailer: Buffer): number | null {
  if (trailer.byteLength !== trailerBytes || !trailer.subarray(4).equals(mark)) return null;
  return trailer.readUInt32LE(0);
}

export const decodeIndex = (json: Buffer): SegmentIndex =>
  segmentIndex.parse(JSON.parse(json.toString('utf8')));
