import { describe, expect, it } from 'vitest';
import { fields } from './fields.ts';
import { coins, startFaulty } from './faulty.fixture.ts';

const [ant, bee] = coins.slice(0, 2);

describe('entries that are not what they were', () => {
  it('adds an unknown field to every coin', async () => {
    const { page } = await startFaulty('unknown-field');
    expect(await page(1)).toEqual([
      { ...ant, unheard_of: 1 },
      { ...bee, unheard_of: 1 },
    ]);
  });

  it('loses the price of every coin, and nothing else', async () => {
    const { page } = await startFaulty('lost-field');
    expect(await page(1)).toEqual([
      { ...ant, quotes: { USD: {} } },
      { ...bee, quotes: { USD: {} } },
    ]);
  });

  it('makes the price of every coin a string', async () => {
    const { page } = await startFaulty('changed-type');
    expect(await page(1)).toEqual([
      { ...ant, quotes: { USD: { price: '10' } } },
      { ...bee, quotes: { USD: { price: '11' } } },
    ]);
  });

  it('puts a NUL into one string, in JSON that parses', async () => {
    const { page } = await startFaulty('nul-in-string');
    expect(await page(1)).toEqual([{ ...ant, name: 'a\u0000nt' }, bee]);
  });

  it('gives prices at both ends of what is real', async () => {
    const { get } = await startFaulty('extreme-numbers');
    const text = await (await get('/coins')).text();
    expect(text).toContain('"price":1e-18');
    expect(text).toContain('"price":1e+30');
  });

  it('sets the clock years ahead, in the header and in every coin, to dates that exist', async () => {
    const { get } = await startFaulty('clock-jump');
    const answer = await get('/coins');
    expect(answer.headers.get('date')).toMatch(/ 2036 /);
    const updated = '2036-02-29T01:02:03Z';
    expect(await answer.json()).toEqual([
      { ...ant, last_updated: updated },
      { ...bee, last_updated: updated },
    ]);
    expect(new Date(updated).toISOString()).toBe('2036-02-29T01:02:03.000Z');
  });

  it.each(Object.keys(fields))('%s leaves alone what is no list, and does not count it', async (fault) => {
    const { get, plan } = await startFaulty(fault);
    expect(await (await get('/ping')).json()).toEqual({ pong: 1 });
    expect(plan.given.size).toBe(0);
    expect((await get('/coins')).headers.get('x-coinlog-sandbox')).toBe('1');
    expect(plan.given.size).toBe(1);
  });
});
