import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { maxPayloadBytes } from './event.ts';

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);

// Level 1, with matches of at least 7 bytes and a larger table than it has: 0.205 of a page of 250 coins in 0.36 ms,
// against 0.211 in 0.38 as level 1 is. What comes next costs more than it gains: level 4 0.199 in 1.0 ms, level 6 0.194
// in 1.5; the digits are most of what is left.
const params = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_minMatch]: 7,
  [constants.ZSTD_c_hashLog]: 16,
};
const chunkSize = 64 * 1024;
// A page of 250 kB takes 0.4 ms here and 0.9 ms by way of the thread pool; a large one would hold up everybody else.
const inlineBytes = 1024 * 1024;

// Most events of a first pass over 30,000 coins have no payload: each took 0.1 ms to be compressed.
const nothing = zstdCompressSync(new Uint8Array(), { params, chunkSize });

export function compress(payload: Uint8Array): Promise<Buffer> | Buffer {
  if (payload.byteLength === 0) return nothing;
  return payload.byteLength <= inlineBytes
    ? zstdCompressSync(payload, { params, chunkSize })
    : compressAsync(payload, { params, chunkSize: inlineBytes });
}

/** `rawBytes` is what will come out: in one piece 2.5 times as fast as in pieces of zlib's 16 kB. */
export const decompress = (stored: Uint8Array, rawBytes: number): Promise<Buffer> =>
  decompressAsync(stored, {
    maxOutputLength: maxPayloadBytes,
    chunkSize: Math.min(Math.max(rawBytes + 1, 64), maxPayloadBytes),
  });
