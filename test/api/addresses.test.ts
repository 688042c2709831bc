import { expect, it } from 'vitest';
import { createHttpServer } from '../../src/api/http/server.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

it.each([
  ['cannot be decoded', '/%zz', 400],
  ['has a part that is too long for any id', `/${'x'.repeat(300)}`, 414],
])('an address that %s is refused in the shape of every error', async (_what, url, status) => {
  const app = createHttpServer({
    log: silentLogger,
    metrics: createMetrics({ version: 'test', revision: 'test' }),
  });
  app.get('/:id', () => 'reached');
  const response = await app.inject(url);
  expect(response.statusCode).toBe(status);
  const problem = { detail: expect.any(String), code: 'BAD_REQUEST', request_id: expect.any(String) };
  expect(response.json()).toEqual(problem);
  expect(response.headers['x-request-id']).toBe(response.json().request_id);
  await app.close();
});
