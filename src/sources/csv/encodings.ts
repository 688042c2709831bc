import type { FileOptions } from '../source.ts';
import { createDecoder, encodingOf } from './decode.ts';

export type EncodingResult =
  | { kind: 'found'; encoding: string; markBytes: number; warnings: string[] }
  | { kind: 'refused'; reason: string };

interface Signature {
  what: string;
  bytes: readonly number[];
}

const byteOrderMarks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

const notText: readonly Signature[] = [
  { what: 'compressed (gzip): unpack it first', bytes: [0x1f, 0x8b] },
  { what: 'a zip archive or a workbook: export it as CSV', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'a workbook: export it as CSV', bytes: [0xd0, 0xcf, 0x11, 0xe0] },
  { what: 'UTF-32: save it as UTF-8', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { what: 'UTF-32: save it as UTF-8', bytes: [0x00, 0x00, 0xfe, 0xff] },
];

const defaultFallback = 'windows-1252';

const startsWith = (head: Uint8Array, { bytes }: Pick<Signature, 'bytes'>): boolean =>
  bytes.every((byte, at) => head[at] === byte);

const refused = (reason: string): EncodingResult => ({ kind: 'refused', reason });

/** UTF-16 of mostly ASCII without its mark: every second byte is 0. */
function looksLikeUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const sample = head.subarray(0, 1024);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) <= 0.3 * sample.length) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function isReadable(head: Uint8Array, encoding: string, whole: boolean): boolean {
  try {
    // As a stream: the head may end within a character.
    new TextDecoder(encoding, { fatal: true }).decode(head, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

function declaredEncoding(label: string, markBytes: number): EncodingResult {
  const found = encodingOf(label);
  if (found.kind === 'refused') return found;
  return { kind: 'found', encoding: found.encoding, markBytes, warnings: [] };
}

/** Neither marked nor declared: UTF-8 where it is that without exception, else the fallback, which is said. */
function guessEncoding(head: Uint8Array, whole: boolean, fallback: string): EncodingResult {
  const utf16 = looksLikeUtf16(head);
  if (utf16 !== null) return refused(`the file has NUL bytes, as UTF-16 has: declare encoding="${utf16}"`);
  if (isReadable(head, 'utf-8', whole)) return declaredEncoding('utf-8', 0);
  const found = declaredEncoding(fallback, 0);
  if (found.kind === 'refused') return found;
  const decode = createDecoder(found.encoding);
  if (!whole || decode(head) !== null) {
    const warning = `not valid UTF-8: read as ${found.encoding}; declare encoding="…" if its letters look wrong`;
    return { ...found, warnings: [warning] };
  }
  return refused(`the file is valid neither as UTF-8 nor as ${found.encoding}: declare its encoding`);
}

/**
 * The encoding of a file: that of its byte order mark, else the declared one, else UTF-8 where its head is valid, else
 * the fallback with a warning. Beyond the head no answer changes: a row that the encoding cannot hold is rejected.
 */
export function findEncoding(head: Uint8Array, whole: boolean, options: FileOptions): EncodingResult {
  if (head.length === 0) return refused('the file is empty');
  const declared = options.encoding;
  const foreign = notText.findLast((signature) => startsWith(head, signature));
  const isMarked16 = foreign?.bytes[0] === 0xff && declared?.toLowerCase().startsWith('utf-16');
  if (foreign !== undefined && !isMarked16) return refused(`the file is ${foreign.what}`);
  const mark = byteOrderMarks.find((each) => startsWith(head, each));
  if (mark !== undefined) return declaredEncoding(mark.encoding, mark.bytes.length);
  if (declared !== undefined) return declaredEncoding(declared, 0);
  return guessEncoding(head, whole, options.fallbackEncoding ?? defaultFallback);
}
