import { describe, expect, it } from 'vitest';
import { refusals } from './refusals.ts';
import { nowMs, startFaulty } from './faulty.fixture.ts';

const json = 'application/json; charset=utf-8';
const html = 'text/html; charset=utf-8';

describe('refusals', () => {
  it.each([
    ['rate-limited', 429, null],
    ['rate-limited-now', 429, '0'],
    ['rate-limited-120', 429, '120'],
    ['rate-limited-past-date', 429, 'Tue, 29 Feb 2028 00:02:04 GMT'],
    ['rate-limited-garbage', 429, 'later; maybe'],
  ])('%s answers %i and says to wait %s', async (fault, status, retryAfter) => {
    const { get } = await startFaulty(fault);
    const answer = await get('/coins');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(await answer.json()).toEqual({ error: expect.any(String) as string });
  });

  it('knows no date and no number of seconds in a Retry-After of garbage, and a date of the past as one', () => {
    expect(Number.isNaN(Date.parse('later; maybe'))).toBe(true);
    expect(Date.parse('Tue, 29 Feb 2028 00:02:04 GMT')).toBeLessThan(nowMs);
  });

  it.each([
    ['status-500', 500, json],
    ['status-502', 502, html],
    ['status-503', 503, html],
    ['status-504', 504, html],
    ['status-401', 401, json],
    ['status-402', 402, json],
    ['status-403', 403, json],
    ['wrong-host', 400, json],
    ['firewall', 403, html],
  ])('%s answers %i with %s, whatever is asked', async (fault, status, contentType) => {
    const { get } = await startFaulty(fault);
    for (const path of ['/coins', '/ping', '/nowhere']) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, contentType]);
      expect((await answer.text()).startsWith(contentType === html ? '<!DOCTYPE html>' : '{')).toBe(true);
    }
  });

  it.each([
    ['rate-limited', 429],
    ['status-401', 10_002],
    ['status-402', 402],
    ['status-403', 10_005],
    ['status-500', 500],
  ])('%s has the shape and the code of the source', async (fault, code) => {
    const { url } = await startFaulty(fault);
    const gecko: unknown = await (await fetch(`${url}/coingecko/v9/coins`)).json();
    expect(gecko).toEqual({ status: { error_code: code, error_message: expect.any(String) as string } });
    const other: unknown = await (await fetch(`${url}/zoo/v9/coins`)).json();
    expect(other).toEqual({ error: expect.any(String) as string });
  });

  it('tells a key of the other host by its code', async () => {
    const { get } = await startFaulty('wrong-host');
    expect(await (await get('/coins')).json()).toMatchObject({ error_code: 10_010 });
  });

  it.each(Object.keys(refusals))('%s is marked as simulated', async (fault) => {
    const { get, plan } = await startFaulty(fault);
    expect((await get('/coins')).headers.get('x-coinlog-sandbox')).toBe('1');
    expect([...plan.given]).toEqual([[fault, 1]]);
  });
});
