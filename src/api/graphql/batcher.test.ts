import { describe, expect, it } from 'vitest';
import { createBatcher } from './batcher.ts';

function createCounting() {
  const batches: string[][] = [];
  const batcher = createBatcher<string, string>({
    keyOf: (key) => key,
    load: async (keys) => {
      batches.push([...keys]);
      return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, key.toUpperCase()]));
    },
  });
  return { batches, batcher };
}

describe('a batcher', () => {
  it('loads together what is asked for together, each key once', async () => {
    const { batches, batcher } = createCounting();
    const values = await Promise.all(['a', 'b', 'a', 'absent'].map((key) => batcher.load(key)));
    expect(values).toEqual(['A', 'B', 'A', null]);
    expect(batches).toEqual([['a', 'b', 'absent']]);
  });

  it('gathers what is asked for as other promises settle one after the other', async () => {
    const { batches, batcher } = createCounting();
    async function after(turns: number, key: string): Promise<void> {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await batcher.load(key);
    }
    await Promise.all([after(0, 'a'), after(3, 'b'), after(20, 'c')]);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('remembers what it has loaded', async () => {
    const { batches, batcher } = createCounting();
    await batcher.load('a');
    expect(await batcher.load('a')).toBe('A');
    expect(await batcher.load('b')).toBe('B');
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('told to forget loads again, also what is being gathered', async () => {
    const { batches, batcher } = createCounting();
    await batcher.load('a');
    const early = batcher.load('b');
    batcher.forget();
    expect(await Promise.all([early, batcher.load('a'), batcher.load('b')])).toEqual(['B', 'A', 'B']);
    expect(batches).toEqual([['a'], ['b'], ['a', 'b']]);
  });

  it('tells everybody who waits that loading failed', async () => {
    const batcher = createBatcher<string, string>({
      keyOf: (key) => key,
      load: () => Promise.reject(new Error('away')),
    });
    const results = await Promise.allSettled([batcher.load('a'), batcher.load('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
