import { describe, expect, it } from 'vitest';
import { createFilterMemories, type FilterMemory } from './filter-memory.ts';

const version = (number: number, epoch = 'log') => ({ epoch, version: number });
const span = { start: 0, end: 1 };

/** A row as it is known: what was put in first, or what is put in now. */
const rowOf = async (memory: FilterMemory, row: string): Promise<string | undefined> =>
  (await memory.blocks.rows(span, async () => [row]))[0];

describe('what is remembered of the rows of a filter', () => {
  it('is kept apart from other filters, and forgotten with another version', async () => {
    const memories = createFilterMemories(1_000_000);
    await rowOf(memories.of(version(1), 'a'), 'first');
    expect(await rowOf(memories.of(version(1), 'b'), 'of b')).toBe('of b');
    expect(await rowOf(memories.of(version(1), 'a'), 'later')).toBe('first');
    expect(await rowOf(memories.of(version(2), 'a'), 'later')).toBe('later');
  });

  it('is forgotten with another log of the same version', async () => {
    const memories = createFilterMemories(1_000_000);
    await rowOf(memories.of(version(5), 'a'), 'of one log');
    expect(await rowOf(memories.of(version(5, 'other'), 'a'), 'of the other')).toBe('of the other');
    expect(await rowOf(memories.of(version(4, 'other'), 'a'), 'older')).toBe('older');
  });

  it('is neither told to a snapshot nor by one, nor by whoever began before the last commit', async () => {
    const memories = createFilterMemories(1_000_000);
    await rowOf(memories.of(version(2), 'a'), 'steady');
    for (const session of [null, version(1)])
      expect(await rowOf(memories.of(session, 'a'), 'own')).toBe('own');
    expect(await rowOf(memories.of(version(2), 'a'), 'later')).toBe('steady');
  });

  it('is not mixed with rows whose reading began in an earlier version', async () => {
    const memories = createFilterMemories(1_000_000);
    const slow = Promise.withResolvers<string[]>();
    const earlier = memories.of(version(1), 'a').blocks.rows(span, () => slow.promise);
    expect(await rowOf(memories.of(version(2), 'a'), 'of two')).toBe('of two');
    slow.resolve(['of one']);
    expect(await earlier).toEqual(['of one']);
    expect(await rowOf(memories.of(version(2), 'a'), 'later')).toBe('of two');
  });

  it('is no row at all where there is no memory for rows, and just those that are asked for are read', async () => {
    const memory = createFilterMemories(0).of(version(1), 'a');
    expect(await rowOf(memory, 'first')).toBe('first');
    const wanted = { start: 300, end: 310 };
    expect(await memory.blocks.rows(wanted, async ({ start, end }) => [`${start} to ${end}`])).toEqual([
      '300 to 310',
    ]);
  });

  it('has the totals read once by all who ask, and again after a failure', async () => {
    const memory = createFilterMemories(1_000_000).of(version(1), 'a');
    const totals = { matching: 1, whole: 1, coins: null };
    await expect(memory.totals(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    let reads = 0;
    const read = async () => {
      reads += 1;
      return totals;
    };
    expect(await Promise.all([memory.totals(read), memory.totals(read)])).toEqual([totals, totals]);
    expect(reads).toBe(1);
  });

  it('is kept within the bytes that its rows take: two a character beyond Latin-1', async () => {
    const rowsRead = 256;
    const characters = 1_000;
    // A quarter of it is room for one block of Latin rows, and not for one of others.
    const bytesMax = 4 * rowsRead * (characters + 100);
    async function readsOf(row: string): Promise<number> {
      const memories = createFilterMemories(bytesMax);
      let reads = 0;
      for (let time = 0; time < 2; time += 1)
        await memories.of(version(1), 'a').blocks.rows({ start: 256, end: 512 }, async ({ start, end }) => {
          reads += 1;
          return Array.from({ length: end - start }, () => row);
        });
      return reads;
    }
    expect(await readsOf('e'.repeat(characters))).toBe(1);
    expect(await readsOf('é'.repeat(characters))).toBe(1);
    expect(await readsOf('é'.repeat(characters - 1) + '币')).toBe(2);
  });
});
