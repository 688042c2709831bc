import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewFile } from './preview.ts';
import type { FileOptions } from '../source.ts';
import { readWhole } from './testing.ts';

const facts = { receivedAt: new Date('2026-01-01T00:00:00Z'), modifiedAt: new Date('2025-06-01T00:00:00Z') };

function preview(text: string | Uint8Array, options: FileOptions = {}, whole = true) {
  const result = previewFile(typeof text === 'string' ? Buffer.from(text) : text, whole, options, facts);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result;
}

const text =
  'id;price;volume;day;note\nbtc;1,5;1.234;13.01.2024;x\neth;x;1;14.01.2024;\n;;;;\nxrp;2;y;14.01.2024;\n';

describe('a look at a file before it is read', () => {
  it('tells the columns with their fields, types and formats', () => {
    const mapping = {
      name: 'own',
      columns: { id: ['id'], price: ['price'], volume24h: ['volume'], date: ['day'] },
    };
    const options = { mapping: 'own', mappings: new Map<string, unknown>([['own', mapping]]) };
    expect(preview(text, options).columns).toEqual([
      { label: 'id', field: 'id', type: 'text', decimalSeparator: null, dateFormat: null },
      { label: 'price', field: 'price', type: 'number', decimalSeparator: ',', dateFormat: null },
      { label: 'volume', field: 'volume24h', type: 'number', decimalSeparator: 'unclear', dateFormat: null },
      { label: 'day', field: 'date', type: 'date', decimalSeparator: null, dateFormat: 'DD.MM.YYYY' },
      { label: 'note', field: null, type: 'text', decimalSeparator: null, dateFormat: null },
    ]);
  });

  it('tells what would be stored, rejected, skipped and nulled', () => {
    const { counts, rows, rejected, nulled } = preview(text);
    expect(counts).toEqual({ read: 4, accepted: 2, rejected: 1, skipped: 1, nulledCells: 2 });
    expect(rows[0]).toMatchObject({
      sourceCoinId: 'btc',
      quotes: [{ price: '1.5', volume24h: null, observedAt: '2025-06-01T00:00:00.000Z' }],
    });
    expect(rejected).toMatchObject([{ line: 3, byteOffset: 52, issues: [{ code: 'invalid_number' }] }]);
    expect(nulled).toEqual([
      { path: 'volume', code: 'ambiguous_number', cells: 1, example: '1.234' },
      { path: 'volume', code: 'invalid_number', cells: 1, example: 'y' },
    ]);
  });

  it('prints settings that, pasted, give the same answer', () => {
    const bytes = Buffer.from('\uFEFFid|price|date\nbtc|1|03-07-21\neth|2|13-07-21\n', 'utf16le');
    const { settings, rows } = preview(bytes);
    expect(settings).toEqual({
      encoding: 'utf-16le',
      delimiter: '|',
      quote: '"',
      header: true,
      mapping: 'plain',
      dateFormat: 'DD-MM-YY',
    });
    expect(preview(bytes, settings).rows).toEqual(rows);
  });

  it('counts whole records only where the file goes on', () => {
    expect(preview('id,price\nbtc,1\neth,2', {}, false).counts.read).toBe(1);
  });

  it('is refused with the reason that the file itself would be', () => {
    expect(previewFile(Buffer.of(), true, {}, facts)).toEqual({
      kind: 'refused',
      reason: 'the file is empty',
    });
  });

  it('is plain JSON, and never differs from what reading the file gives', () => {
    const piece = fc.constantFrom(
      'btc,1,2024-01-13\n',
      'eth,x,\n',
      ',,\n',
      '"',
      'xrp,$0.00,1\n',
      '\n',
      'a,"b\nc",1\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const bytes = Buffer.from(`id,price,date\n${pieces.join('')}`);
        const looked = preview(bytes);
        expect(JSON.parse(JSON.stringify(looked))).toEqual(looked);
        const { records } = readWhole(bytes, facts.receivedAt, { modifiedAt: facts.modifiedAt });
        const count = (kind: string) => records.filter((record) => record.kind === kind).length;
        const { nulledCells: _, ...counts } = looked.counts;
        expect(counts).toEqual({
          read: records.length,
          accepted: count('coin'),
          rejected: count('rejected'),
          skipped: count('skipped'),
        });
      }),
    );
  });
});
