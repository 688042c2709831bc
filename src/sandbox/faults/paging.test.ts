import { describe, expect, it } from 'vitest';
import { coins, startFaulty } from './faulty.fixture.ts';

/** The names on the first four pages. */
async function sweep(profile: string): Promise<(string | undefined)[][]> {
  const { page } = await startFaulty(profile);
  const pages: (string | undefined)[][] = [];
  for (const number of [1, 2, 3, 4]) pages.push((await page(number)).map(({ name }) => name));
  return pages;
}

describe('pages that are wrong beside the others', () => {
  it('empties the first page and no other, with and without a page number', async () => {
    expect(await sweep('empty-first-page')).toEqual([[], ['cat', 'dog'], ['eel'], []]);
    const { get } = await startFaulty('empty-first-page');
    expect(await (await get('/coins')).json()).toEqual([]);
  });

  it('repeats the body that the source answered before', async () => {
    const first = ['ant', 'bee'];
    expect(await sweep('repeated-body')).toEqual([first, first, first, first]);
    expect(await sweep('repeated-body,after=2')).toEqual([
      first,
      ['cat', 'dog'],
      ['cat', 'dog'],
      ['cat', 'dog'],
    ]);
  });

  it("never repeats another source's body", async () => {
    const { url, page } = await startFaulty('repeated-body');
    await page(1);
    const answer = await fetch(`${url}/coingecko/v9/coins?page=2`);
    expect(await answer.json()).toEqual(coins.slice(2, 4));
  });

  it('puts the last coin of a page on the next one too, and loses none', async () => {
    expect(await sweep('coin-on-two-pages')).toEqual([
      ['ant', 'bee'],
      ['bee', 'cat', 'dog'],
      ['dog', 'eel'],
      ['eel'],
    ]);
  });

  it('puts no coin of one sweep at the beginning of the next one', async () => {
    const { page } = await startFaulty('coin-on-two-pages');
    await page(2);
    expect(await page(1)).toEqual(coins.slice(0, 2));
    expect(await page(3)).toEqual(coins.slice(4));
  });

  it('leaves a coin out where a page begins late, the page as long as before', async () => {
    expect(await sweep('shifting-pages,after=1,times=1')).toEqual([
      ['ant', 'bee'],
      ['dog', 'eel'],
      ['eel'],
      [],
    ]);
    expect(await sweep('shifting-pages')).toEqual([['bee', 'cat'], ['dog', 'eel'], [], []]);
  });

  it.each(['empty-first-page', 'repeated-body', 'coin-on-two-pages', 'shifting-pages'])(
    '%s leaves alone what is no list, and does not count it',
    async (fault) => {
      const { get, plan } = await startFaulty(fault);
      for (const _ of [1, 2]) expect(await (await get('/ping')).json()).toEqual({ pong: 1 });
      expect(plan.given.size).toBe(0);
    },
  );
});
