import { describe, expect, it } from 'vitest';
import { files } from './feed.ts';
import { rawRecords } from './raw-records.ts';

const receivedAt = new Date('2026-01-02T03:04:05Z');

function chunkEvent(text: string) {
  const bytes = Buffer.from(text);
  const described = files.describe(bytes, true);
  if (described.kind === 'refused') throw new Error(described.reason);
  const { description } = described;
  const chunker = files.createChunker(description);
  const [chunk] = [...chunker.push(bytes), ...chunker.end()];
  if (chunk === undefined) throw new Error('no chunk');
  const metadata = {
    file: { name: 'coins.csv' },
    description,
    offset: chunk.offset,
    firstLine: chunk.firstLine,
  };
  return { type: 'file.chunk', receivedAt, metadata, payload: chunk.bytes };
}

describe('the rows of a chunk as they were received', () => {
  it('are the cells by their labels, those without a field too', () => {
    const event = chunkEvent('id,price,note\nbtc,"1,5",hello\neth,2,\n');
    expect(rawRecords(event)).toEqual([
      { id: 'btc', price: '1,5', note: 'hello' },
      { id: 'eth', price: '2', note: '' },
    ]);
  });

  it('are as many as the records, each in the place of its record, also where a row cannot be read', () => {
    const event = chunkEvent('id,price\nbtc,1\n\neth\n"x,1\nxrp,3\nada,1\ndoge,2\nsol,4\n');
    const raw = rawRecords(event);
    expect(raw).toHaveLength(files.toRecords(event).length);
    for (const record of files.toRecords(event))
      if (record.kind === 'coin') expect(raw[record.index]).toMatchObject({ id: record.sourceCoinId });
    expect(raw).toContain('eth');
  });
});
