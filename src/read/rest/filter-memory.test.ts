import { expect, it } from 'vitest';
import { createFilterMemories } from './filter-memory.ts';

const version = { epoch: 'e', version: 1 };
const rowsRead = 256;

/** How often a block of such rows is read, when it is asked for twice. */
async function readsOf(row: string, bytesMax: number): Promise<number> {
  const memories = createFilterMemories(bytesMax);
  let reads = 0;
  for (let time = 0; time < 2; time += 1)
    await memories.of(version, 'all').blocks.rows({ start: 256, end: 512 }, async ({ start, end }) => {
      reads += 1;
      return Array.from({ length: end - start }, () => row);
    });
  return reads;
}

it('rows are kept within the bytes that they take: two a character beyond Latin-1', async () => {
  const characters = 1_000;
  // A quarter of it is room for one block of Latin rows, and not for one of others.
  const bytesMax = 4 * rowsRead * (characters + 100);
  expect(await readsOf('e'.repeat(characters), bytesMax)).toBe(1);
  expect(await readsOf('é'.repeat(characters), bytesMax)).toBe(1);
  expect(await readsOf('é'.repeat(characters - 1) + '币', bytesMax)).toBe(2);
});
