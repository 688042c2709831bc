import { expect, test } from 'vitest';
import type { FileOptions } from '../source.ts';
import { escapeBytes, firstWrongByte } from './decode.ts';
import { readWhole } from './testing.ts';

const receivedAt = new Date('2026-01-01T00:00:00Z');
const text = 'id,name,price\r\n1,café “x”,2\r\n2,"a\r\nb",3\r\n';
const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
const latin = Buffer.from('id,name,price\n1,caf\u00e9 \u0093x\u0094,2\n2,"a\nb",3\n', 'latin1');

const files: [string, Uint8Array, FileOptions, string][] = [
  ['UTF-8', Buffer.from(text), {}, 'café “x”'],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), {}, 'café “x”'],
  ['UTF-16, low byte first', utf16, {}, 'café “x”'],
  ['UTF-16, high byte first', Buffer.from(utf16).swap16(), {}, 'café “x”'],
  ['UTF-16 declared', utf16.subarray(2), { encoding: 'utf-16' }, 'café “x”'],
  ['Windows-1252 by itself', latin, {}, 'café “x”'],
  [
    'Shift_JIS declared',
    Buffer.concat([
      Buffer.from('id,name,price\n1,'),
      Buffer.of(0x83, 0x72, 0x83, 0x7c),
      Buffer.from(',2\n2,"a\nb",3\n'),
    ]),
    { encoding: 'shift_jis' },
    'ビポ',
  ],
];

test.each(files)(
  'a file in %s has its rows read, in chunks of one row too',
  (_what, bytes, options, name) => {
    for (const limits of [undefined, { chunkBytes: 1, unitsMax: 1000 }]) {
      const { records, chunks } = readWhole(bytes, receivedAt, { ...options, ...(limits ? { limits } : {}) });
      expect(records).toMatchObject([
        { kind: 'coin', sourceCoinId: '1', name, quotes: [{ price: '2' }] },
        { kind: 'coin', sourceCoinId: '2', name: 'a b', quotes: [{ price: '3' }] },
      ]);
      expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
      expect(chunks.at(-1)?.firstLine).toBe(limits === undefined ? 2 : 3);
    }
  },
);

test('half a letter at the end of a file in UTF-16 costs its row, and no more', () => {
  const bytes = Buffer.concat([utf16, Buffer.from('3,c,4', 'utf16le'), Buffer.of(0x41)]);
  const { records } = readWhole(bytes, receivedAt);
  expect(records.map(({ kind }) => kind)).toEqual(['coin', 'coin', 'rejected']);
  expect(records[2]).toMatchObject({ line: 5, byteOffset: utf16.length, issues: [{ code: 'encoding' }] });
});

test('the first wrong byte is found, and shown so that it can be restored', () => {
  const bytes = Buffer.concat([Buffer.from('é\\'), Buffer.of(0xff), Buffer.from('x')]);
  expect(firstWrongByte(bytes, 'utf-8')).toBe(3);
  expect(firstWrongByte(Buffer.of(0x61, 0x62, 0xc3), 'utf-8')).toBe(2);
  expect(escapeBytes(bytes)).toBe(String.raw`\xc3\xa9\x5c\xffx`);
});
