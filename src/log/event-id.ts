import { createHash } from 'node:crypto';

/**
 * A UUID (version 8) from the parts that make a thing what it is: the same parts, the same id. Each part is preceded
 * by its length, so that ("ab", "c") and ("a", "bc") differ.
 */
export function deriveId(...parts: (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  return asUuid(hash.digest(), 8);
}

/** The first 16 bytes of a digest as a UUID of a version. */
export function asUuid(digest: Buffer, version: number): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
