import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/version.ts';

async function exitCode(port: number): Promise<number | null> {
  const env = { ...process.env, API_PORT: String(port) };
  const child = spawn(process.execPath, [join(projectRoot, 'deploy', 'healthcheck.mjs')], {
    env,
    stdio: 'ignore',
  });
  await once(child, 'exit');
  return child.exitCode;
}

/** The exit code against a server with this answer to /readyz, and 200 for all else. */
async function checkAgainst(status: number): Promise<{ up: number | null; down: number | null }> {
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/readyz' ? status : 200).end('{}'),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const up = await exitCode(port);
  server.close();
  await once(server, 'close');
  return { up, down: await exitCode(port) };
}

test('a container is healthy while coinlog is ready, and not when nothing listens', async () => {
  expect(await checkAgainst(200)).toEqual({ up: 0, down: 1 });
});

test('a container is not healthy while coinlog says it is not ready', async () => {
  expect((await checkAgainst(503)).up).toBe(1);
});
