import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLru } from '../../lru.ts';
import { blocksOf, createRowBlocks, type Span } from './row-blocks.ts';

const history = Array.from({ length: 3_000 }, (_, row) => String(row));
const sizeOf = (_name: string, rows: string[]) => rows.length + 2;

function createBlocks(rowsKept: number) {
  const spans: Span[] = [];
  const blocks = createRowBlocks(createLru(rowsKept, sizeOf), 'all');
  const read = async (span: Span) => {
    spans.push(span);
    await new Promise(setImmediate);
    return history.slice(span.start, span.end);
  };
  return { spans, rows: (start: number, end: number) => blocks.rows({ start, end }, read) };
}

const arbitraryPage = fc.record({ start: fc.nat(3_300), length: fc.integer({ min: 1, max: 1_000 }) });

describe('rows that are read in blocks', () => {
  it('are those that were asked for, whatever is asked for at once and however few are kept', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(arbitraryPage, { minLength: 1, maxLength: 5 }), { maxLength: 10 }),
        fc.constantFrom(0, 1_500, 100_000),
        async (rounds, rowsKept) => {
          const { rows } = createBlocks(rowsKept);
          for (const pages of rounds) {
            const found = await Promise.all(pages.map(({ start, length }) => rows(start, start + length)));
            expect(found).toEqual(pages.map(({ start, length }) => history.slice(start, start + length)));
          }
        },
      ),
    ));

  it('are read once, by whoever asks first', () =>
    fc.assert(
      fc.asyncProperty(fc.array(arbitraryPage, { maxLength: 20 }), async (pages) => {
        const { rows, spans } = createBlocks(100_000);
        await Promise.all(pages.map(({ start, length }) => rows(start, start + length)));
        for (const { start, length } of pages) await rows(start, start + length);
        const read = spans.flatMap((span) => blocksOf(span).map(({ start }) => start));
        expect(read).toHaveLength(new Set(read).size);
      }),
    ));

  it('take a statement for a page, however long it is, and one for the next few pages', async () => {
    const { rows, spans } = createBlocks(100_000);
    await rows(0, 50);
    expect(spans).toEqual([{ start: 0, end: 128 }]);
    await rows(50, 1_050);
    await rows(1_050, 1_100);
    expect(spans.slice(1)).toEqual([{ start: 128, end: 1_280 }]);
  });

  it('wait for the rows before them, so that it is known where they begin', async () => {
    const { rows, spans } = createBlocks(100_000);
    const begun: number[] = [];
    const blocks = createRowBlocks(createLru(0, sizeOf), 'other');
    const first = Promise.withResolvers<string[]>();
    const read = ({ start }: Span) => {
      begun.push(start);
      return start === 0 ? first.promise : Promise.resolve([]);
    };
    const both = [blocks.rows({ start: 0, end: 50 }, read), blocks.rows({ start: 130, end: 150 }, read)];
    await new Promise(setImmediate);
    expect(begun).toEqual([0]);
    first.resolve([]);
    await Promise.all(both);
    expect(begun).toEqual([0, 128]);
    expect([await rows(0, 1), spans.length]).toEqual([['0'], 1]);
  });

  it('that fail are told of once nothing is being read any more by whoever asked', async () => {
    const blocks = createRowBlocks(createLru(100_000, sizeOf), 'all');
    const begun: number[] = [];
    const others = Promise.withResolvers<string[]>();
    // Somebody else reads the block in the middle; the last one waits for it, while the first one fails.
    const middle = blocks.rows({ start: 256, end: 257 }, () => others.promise);
    let isOver = false;
    const all = blocks
      .rows({ start: 128, end: 600 }, async ({ start }) => {
        begun.push(start);
        if (start === 128) throw new Error('away');
        return [String(start)];
      })
      .finally(() => (isOver = true));
    await new Promise(setImmediate);
    expect([begun, isOver]).toEqual([[128], false]);
    others.resolve(['256']);
    await expect(all).rejects.toThrow('away');
    expect(begun).toEqual([128, 512]);
    expect(await middle).toEqual(['256']);
  });

  it('that could not be read are read again, and whoever waited behind them is not told', async () => {
    const blocks = createRowBlocks(createLru(100_000, sizeOf), 'all');
    const failing = blocks.rows({ start: 0, end: 50 }, () => Promise.reject(new Error('away')));
    const behind = blocks.rows({ start: 128, end: 129 }, async () => ['128']);
    await expect(failing).rejects.toThrow('away');
    expect(await behind).toEqual(['128']);
    expect(await blocks.rows({ start: 0, end: 1 }, async () => ['0'])).toEqual(['0']);
  });
});
