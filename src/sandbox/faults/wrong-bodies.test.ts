import { describe, expect, it } from 'vitest';
import { coins, startFaulty } from './faulty.fixture.ts';
import { wrongBodies } from './wrong-bodies.ts';

describe('bodies that are none', () => {
  it('gives the body of a 429 with status 200, in the shape of the source', async () => {
    const { url } = await startFaulty('error-object-200');
    const gecko = await fetch(`${url}/coingecko/v9/coins`);
    expect(gecko.status).toBe(200);
    expect(await gecko.json()).toMatchObject({ status: { error_code: 429 } });
    const other = await fetch(`${url}/zoo/v9/coins`);
    expect([other.status, Object.keys((await other.json()) as object)]).toEqual([200, ['error']]);
  });

  it('gives HTML with status 200', async () => {
    const answer = await (await startFaulty('html-200')).get('/coins');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it('gives plain text with status 200', async () => {
    const answer = await (await startFaulty('plain-text-200')).get('/coins');
    expect([answer.status, await answer.text()]).toEqual([200, 'Throttled']);
  });

  it.each(['gzip', 'identity'])('cuts JSON short in an answer that is complete (%s)', async (coding) => {
    const { get } = await startFaulty('cut-short');
    const answer = await get('/coins', { headers: { 'Accept-Encoding': coding } });
    const text = await answer.text();
    expect(answer.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
    if (coding === 'identity') expect(answer.headers.get('content-length')).toBe(String(text.length));
    expect(text.length).toBeGreaterThan(50);
    expect(JSON.stringify(coins.slice(0, 2)).startsWith(text)).toBe(true);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it('cuts short even an empty list', async () => {
    const { get } = await startFaulty('cut-short');
    expect(await (await get('/coins?page=9')).text()).toBe('[');
  });

  it('sends elsewhere, to a host that does not exist', async () => {
    const answer = await (await startFaulty('redirect-elsewhere')).get('/coins?page=2');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'http://elsewhere.invalid/zoo/v9/coins?page=2',
    ]);
  });

  it.each(['/coins', '/coins?page=1'])(
    'redirects %s to the same host, once, to the right answer',
    async (path) => {
      const { get, plan } = await startFaulty('redirect-here');
      expect((await get(path)).status).toBe(302);
      const followed = await get(path, { redirect: 'follow' });
      expect(followed.redirected).toBe(true);
      expect(await followed.json()).toEqual(coins.slice(0, 2));
      expect(plan.given.get('redirect-here')).toBe(2);
    },
  );

  it.each(Object.keys(wrongBodies))('%s is marked as simulated', async (fault) => {
    const { get } = await startFaulty(fault);
    expect((await get('/coins')).headers.get('x-coinlog-sandbox')).toBe('1');
  });
});
