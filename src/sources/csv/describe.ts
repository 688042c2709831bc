import type { FileDescription, FileFeed } from '../source.ts';
import { findDialect } from './dialect.ts';
import { findDuplicates } from './header.ts';
import { mapHeader } from './mapping.ts';

const byteOrderMarks = [
  { encoding: 'UTF-32', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { encoding: 'UTF-32', bytes: [0x00, 0x00, 0xfe, 0xff] },
  { encoding: 'UTF-16', bytes: [0xff, 0xfe] },
  { encoding: 'UTF-16', bytes: [0xfe, 0xff] },
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
];

type Encoding = { kind: 'utf-8'; markBytes: number } | { kind: 'refused'; reason: string };

const isUtf8 = (head: Uint8Array, whole: boolean): boolean => {
  try {
    // As a stream: the head may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !whole });
    return true;
  } catch {
    return false;
  }
};

function checkEncoding(head: Uint8Array, whole: boolean): Encoding {
  const refused = (reason: string): Encoding => ({ kind: 'refused', reason });
  if (head.length === 0) return refused('the file is empty');
  if (head[0] === 0x1f && head[1] === 0x8b) return refused('the file is compressed (gzip): unpack it first');
  const mark = byteOrderMarks.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (mark !== undefined && mark.encoding !== 'utf-8') {
    return refused(`the file is ${mark.encoding}: save it as UTF-8`);
  }
  if (head.includes(0)) return refused('the file has NUL bytes: it is no text in UTF-8');
  if (!isUtf8(head, whole)) return refused('the file is not valid UTF-8: save it as UTF-8');
  return { kind: 'utf-8', markBytes: mark?.bytes.length ?? 0 };
}

function countLineBreaks(bytes: Uint8Array): number {
  return new TextDecoder().decode(bytes).match(/\r\n|\r|\n/g)?.length ?? 0;
}

/**
 * Looks at the head of a file (up to 1 MiB; `whole` when that is all of it) and says how to read it, or why it
 * cannot be read with certainty. The reason names what was found, for the person who brought the file.
 */
export const describe: FileFeed['describe'] = (head, whole) => {
  const encoding = checkEncoding(head, whole);
  if (encoding.kind === 'refused') return encoding;
  const found = findDialect(head, encoding.markBytes, whole);
  if (found.kind === 'refused') return found;
  const { delimiter, header, span } = found.dialect;
  const [duplicates] = findDuplicates(header);
  if (duplicates !== undefined) {
    const labels = duplicates.map((label) => `"${label}"`).join(', ');
    return { kind: 'refused', reason: `columns ${labels} have one name: rename or leave one` };
  }
  const mapped = mapHeader(header);
  if (mapped.kind === 'refused') return mapped;
  const description: FileDescription = {
    mapping: mapped.mapping.name,
    encoding: 'utf-8',
    delimiter,
    header,
    bodyOffset: span.next,
    bodyLine: 1 + countLineBreaks(head.subarray(0, span.next)),
    unmapped: mapped.mapping.unmapped,
  };
  return { kind: 'described', description };
};
