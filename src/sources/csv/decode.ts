/** Escapes switch the meaning of all that follows in it, so that no record could be read by itself. */
const stateful = 'iso-2022-jp';
/** Their second bytes can be letters and signs of ASCII from here on. */
const doubleByte = new Set(['shift_jis', 'gbk', 'gb18030', 'big5', 'euc-kr']);
const doubleByteFrom = 0x30;

/** The name of an encoding by any of its labels, or why it is not taken. */
export function encodingOf(
  label: string,
): { kind: 'known'; encoding: string } | { kind: 'refused'; reason: string } {
  try {
    const { encoding } = new TextDecoder(label, { fatal: true });
    if (encoding !== stateful) return { kind: 'known', encoding };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { kind: 'refused', reason: `encoding="${label}" is none that can be read: save the file as UTF-8` };
}

/** Whether a byte that looks like this character is always that character. */
export const isCertainByte = (character: string, encoding: string): boolean =>
  !doubleByte.has(encoding) || character.charCodeAt(0) < doubleByteFrom || character === ';';

/** The text of bytes, or null where they are not of this encoding. */
export function createDecoder(encoding: string): (bytes: Uint8Array) => string | null {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
}

/** Where the first letter begins that is not of this encoding, in bytes from 0. */
export function firstWrongByte(bytes: Uint8Array, encoding: string): number {
  const isSound = (length: number, stream = true): boolean => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let [sound, unsound] = [0, bytes.length];
  while (unsound - sound > 1) {
    const middle = Math.floor((sound + unsound) / 2);
    if (isSound(middle)) sound = middle;
    else unsound = middle;
  }
  // What comes next may have shown that the letter before it is none.
  while (sound > 0 && !isSound(sound, false)) sound -= 1;
  return sound;
}

const printable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x5c;

/** Bytes as a person can read and restore them: ASCII as it is, all else as `\xe9`. */
export const escapeBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    printable(byte) ? String.fromCharCode(byte) : String.raw`\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
