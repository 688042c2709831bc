/**
 * Records are found by looking for quotes, delimiters and line breaks, one number for each place. In UTF-8 and in
 * every encoding taken here but UTF-16, a byte that looks like one of these is one, so the bytes serve as they are.
 */
export const unitBytes = (encoding: string): 1 | 2 => (encoding.startsWith('utf-16') ? 2 : 1);

/** Stands for any character beyond ASCII: none of them divides anything. */
const other = 0x80;

/** The text of `bytes` as units: a byte each, or one for each code unit of UTF-16. */
export function toUnits(bytes: Uint8Array, encoding: string): Uint8Array {
  if (unitBytes(encoding) === 1) return bytes;
  const low = encoding === 'utf-16le' ? 0 : 1;
  const units = new Uint8Array(Math.ceil(bytes.length / 2));
  for (let at = 0; at < units.length; at += 1) {
    const ascii = bytes[2 * at + 1 - low] === 0 ? (bytes[2 * at + low] ?? other) : other;
    units[at] = Math.min(ascii, other);
  }
  return units;
}
