import { describe, expect, it } from 'vitest';
import { files } from './feed.ts';
import { rawRecords, rawRow } from './raw-records.ts';
import { readWhole } from './testing.ts';

const receivedAt = new Date('2026-01-02T03:04:05Z');

function chunkEvent(text: string | Uint8Array) {
  const [event] = readWhole(typeof text === 'string' ? Buffer.from(text) : text, receivedAt).events;
  if (event === undefined) throw new Error('no chunk');
  return event;
}

describe('the rows of a chunk as they were received', () => {
  it('are the cells by their labels, those without a field too', () => {
    const event = chunkEvent('id,price,note\nbtc,"1,5",hello\neth,2,\n');
    expect(rawRecords(event)).toEqual([
      { id: 'btc', price: '1,5', note: 'hello' },
      { id: 'eth', price: '2', note: '' },
    ]);
  });

  it('lose no cell to a label that occurs twice or is the name of an object’s own part', () => {
    const [raw] = rawRecords(chunkEvent('id,price,x,x,__proto__\nbtc,1,a,b,c\n'));
    expect(JSON.stringify(raw)).toBe('{"id":"btc","price":"1","x":"a","x_2":"b","__proto__":"c"}');
  });

  it('are as many as the records, each in the place of its record, also where a row cannot be read', () => {
    const event = chunkEvent('id,price\nbtc,1\n\neth\n"x,1\n,\nxrp,3\nada,1\ndoge,2\nsol,4\n');
    const raw = rawRecords(event);
    expect(raw).toHaveLength(files.toRecords(event).length);
    for (const record of files.toRecords(event))
      if (record.kind === 'coin') expect(raw[record.index]).toMatchObject({ id: record.sourceCoinId });
    expect(raw).toContain('eth');
  });
});

describe('a rejected row', () => {
  const text = 'id,price,note\nbtc,abc,=1+1\neth,1\n"xrp,2,3\nada,1,"a\nb"\n';

  it('is given back with the original columns and cells, its line, its place and its text', () => {
    const event = chunkEvent(text);
    const header = ['id', 'price', 'note'];
    expect(rawRow(event, 0)).toEqual({
      header,
      cells: ['btc', 'abc', '=1+1'],
      line: 2,
      byteOffset: 14,
      raw: 'btc,abc,=1+1',
    });
    expect(rawRow(event, 1)).toEqual({ header, cells: ['eth', '1'], line: 3, byteOffset: 27, raw: 'eth,1' });
    expect(rawRow(event, 2)).toMatchObject({ cells: [], line: 4, raw: '"xrp,2,3' });
    expect(rawRow(event, 3)).toMatchObject({ cells: ['ada', '1', 'a\nb'], line: 5 });
    expect(rawRow(event, 4)).toBeNull();
  });

  it('is found by the index and the place that its rejection has', () => {
    const event = chunkEvent(text);
    const rejected = files.toRecords(event).filter((record) => record.kind === 'rejected');
    expect(rejected).toHaveLength(3);
    for (const { index, line, byteOffset } of rejected)
      expect(rawRow(event, index)).toMatchObject({ line, byteOffset });
  });

  it('of bytes that are no text is shown escaped', () => {
    const head = Buffer.from(`id,price\n${'xrp,1\n'.repeat(200_000)}`);
    const bytes = Buffer.concat([head, Buffer.from('caf'), Buffer.of(0xe9), Buffer.from(',1\n')]);
    const event = readWhole(bytes, receivedAt).events.at(-1);
    if (event === undefined) throw new Error('no chunk');
    const last = files.toRecords(event).at(-1);
    expect(rawRow(event, last?.index ?? 0)).toMatchObject({ cells: [], raw: String.raw`caf\xe9,1` });
  });

  it('that is corrected is read when it is fed back', () => {
    const rows = [0, 1].map((index) => rawRow(chunkEvent(text), index));
    const corrected = rows.map((row) =>
      [...(row?.cells ?? []), '', ''].slice(0, 3).join(',').replace('abc', '5'),
    );
    const { records } = readWhole(
      Buffer.from([rows[0]?.header.join(','), ...corrected].join('\n')),
      receivedAt,
    );
    expect(records.map(({ kind }) => kind)).toEqual(['coin', 'coin']);
  });
});
