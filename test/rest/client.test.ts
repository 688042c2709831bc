import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { generateSource } from 'oazapfts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { readDocument } from './documented.ts';
import { writeGoldenData } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await writeGoldenData(database);
  app = createRestApp(database);
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Within the project, where the client finds the library that it calls.
  folder = await mkdtemp(join(import.meta.dirname, 'generated-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await app.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

type Call = (...parameters: unknown[]) => Promise<{ status: number; data: unknown }>;
interface Client {
  defaults: { baseUrl: string };
  [operation: string]: unknown;
}

/** This client takes any media type with "json" in its name for one document. */
async function fetchAsText(...asked: Parameters<typeof fetch>): Promise<Response> {
  const { status, text } = await fetch(...asked).then(async (found) => ({
    status: found.status,
    text: await found.text(),
  }));
  return new Response(text, { status, headers: { 'content-type': 'text/plain' } });
}

/** What an operation must be given, in the order of the document; then the rest. */
const given: Record<string, unknown[]> = {
  compareRuns: ['coingecko_2', 'coingecko_1'],
  geckoListMarkets: ['usd', { sparkline: true }],
  geckoReadPrices: ['usd', { ids: 'bitcoin' }],
  exportSnapshotsNdjson: [{}, { fetch: fetchAsText }],
  geckoReadMarketChart: ['bitcoin', 'usd', 'max'],
};

it('a client that is generated from the document calls every route', async () => {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  const url = `http://127.0.0.1:${address.port}`;
  const api = await readDocument(app);
  const document = join(folder, 'openapi.json');
  await writeFile(document, JSON.stringify(api));
  const file = join(folder, 'client.ts');
  await writeFile(file, await generateSource(document));
  const client = (await import(file)) as Client;
  client.defaults.baseUrl = url;

  const operations = Object.values(api.paths).map(({ get }) => get.operationId);
  expect(operations.length).toBeGreaterThan(20);
  for (const operation of operations) {
    const call = client[operation] as Call;
    const answer = await call(...(given[operation.replace(/V1$/, '')] ?? [{}]));
    expect({ operation, status: answer.status }).toEqual({ operation, status: 200 });
    expect(answer.data, operation).toBeTruthy();
  }
});
