import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { defaultSizes } from './catalogue.ts';
import { startFaulty } from './faulty.fixture.ts';

const manyBytes = 2_000_000;

/** Unlike fetch, shows the bytes as they were sent. */
async function bytesSent(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false }, (response) => {
      buffer(response).then(({ byteLength }) => resolve(byteLength), reject);
    });
    sent.on('error', reject).end();
  });
}

describe('bodies without measure', () => {
  it('streams a JSON array as large as it is told, without saying how large', async () => {
    const { get } = await startFaulty('huge-body', { hugeBytes: manyBytes });
    const answer = await get('/coins');
    expect(answer.headers.get('content-length')).toBeNull();
    expect(answer.headers.get('x-coinlog-sandbox')).toBe('1');
    const text = await answer.text();
    expect(text.length).toBeGreaterThanOrEqual(manyBytes);
    expect(Array.isArray(JSON.parse(text))).toBe(true);
  });

  it('sends a small gzip body that unpacks to a large JSON array, time after time', async () => {
    const { url, get } = await startFaulty('gzip-bomb', { bombBytes: manyBytes });
    expect(await bytesSent(`${url}/zoo/v9/coins`)).toBeLessThan(manyBytes / 50);
    const answer = await get('/coins');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('x-coinlog-sandbox')).toBe('1');
    const text = await answer.text();
    expect(text.length).toBeGreaterThanOrEqual(manyBytes);
    expect(Array.isArray(JSON.parse(text))).toBe(true);
  });

  it('is 200 MB and a gigabyte unless told otherwise', () => {
    expect(defaultSizes).toMatchObject({ hugeBytes: 200_000_000, bombBytes: 1_000_000_000 });
  });

  it('takes it well when a client has had enough', async () => {
    const { get, errors, close } = await startFaulty('huge-body,times=1');
    const answer = await get('/coins');
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect((await get('/coins')).status).toBe(200);
    await close();
    expect(errors).toEqual([]);
  });

  it('closes in the middle of a body', async () => {
    const { get, errors, close } = await startFaulty('huge-body');
    const answer = await get('/coins');
    await close();
    await expect(answer.text()).rejects.toThrow();
    expect(errors).toEqual([]);
  });

  it('sends no body to a request for the headers alone', async () => {
    const { get } = await startFaulty('huge-body');
    expect(await (await get('/coins', { method: 'HEAD' })).text()).toBe('');
  });
});
