import { describe, expect, it, vi } from 'vitest';
import { coins, startFaulty } from './faulty.fixture.ts';

/** What the network said, behind "fetch failed". */
async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

const identity = { headers: { 'Accept-Encoding': 'identity' } };
const bodyBytes = JSON.stringify(coins.slice(0, 2)).length;

describe('connections that break', () => {
  it('cuts the connection, then refuses new ones', async () => {
    const { get, plan } = await startFaulty('refused', { awayMs: 3_600_000 });
    expect(await failure(get('/coins'))).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
    expect(await failure(get('/coins'))).toBe('ECONNREFUSED');
    expect(plan.given.get('refused')).toBe(1);
  });

  it('is back on the same port after being away', async () => {
    const { get, errors } = await startFaulty('refused,times=1', { awayMs: 1 });
    await expect(get('/coins')).rejects.toThrow();
    await vi.waitFor(async () => expect((await get('/coins')).status).toBe(200), { timeout: 20_000 });
    expect(errors).toEqual([]);
  });

  it('closes while it is away, and stays closed', async () => {
    const { get, close } = await startFaulty('refused,times=1', { awayMs: 1 });
    await expect(get('/coins')).rejects.toThrow();
    await close();
    expect(await failure(get('/coins'))).toBe('ECONNREFUSED');
  });

  it('resets a connection before any header', async () => {
    const { get } = await startFaulty('reset-before-headers');
    expect(await failure(get('/coins'))).toBe('ECONNRESET');
  });

  it('resets a connection after headers and half of the body', async () => {
    const { get } = await startFaulty('reset-mid-body');
    const answer = await get('/coins', identity);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(bodyBytes));
    expect(answer.headers.get('x-coinlog-sandbox')).toBe('1');
    expect(await failure(answer.text())).toBe('ECONNRESET');
  });
});

describe('connections that fall silent', () => {
  it('sends headers and half of the body, then nothing until it is closed', async () => {
    const { get, close } = await startFaulty('stalled-body');
    const answer = await get('/coins', identity);
    expect(answer.headers.get('content-length')).toBe(String(bodyBytes));
    const reader = answer.body?.getReader();
    const first = (await reader?.read()) as { value: Uint8Array };
    expect(first.value.byteLength).toBe(Math.ceil(bodyBytes / 2));
    const rest = failure(reader?.read() ?? Promise.resolve());
    await close();
    expect(await rest).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
  });

  it('stalls a request for the headers alone no longer than they take', async () => {
    const { get } = await startFaulty('stalled-body');
    const answer = await get('/coins', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('never answers, until it is closed', async () => {
    const { get, plan, close } = await startFaulty('silent');
    const asked = failure(get('/coins'));
    await vi.waitFor(() => expect(plan.given.get('silent')).toBe(1), { timeout: 20_000 });
    await close();
    expect(await asked).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
  });

  it('lets a client leave that has waited enough', async () => {
    const { get, plan, errors } = await startFaulty('silent,times=1');
    const patience = new AbortController();
    const asked = get('/coins', { signal: patience.signal });
    asked.catch(() => undefined);
    await vi.waitFor(() => expect(plan.given.get('silent')).toBe(1), { timeout: 20_000 });
    patience.abort();
    await expect(asked).rejects.toThrow(/abort/);
    expect((await get('/coins')).status).toBe(200);
    expect(errors).toEqual([]);
  });
});
