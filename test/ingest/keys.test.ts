import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream, type UpstreamAnswer } from '../support/upstream.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const key = 'CG-Xk29secret77Qz';
const page = JSON.stringify([
  { id: 'a', symbol: 'a', name: 'a', current_price: 1, last_updated: '2026-11-20T10:00:00Z' },
]);
// Upstreams that send the key back, wherever an answer can hold it.
const answers: [string, UpstreamAnswer][] = [
  ['in an error object', { status: 401, body: `{"error":"invalid key ${key} for this host"}` }],
  ['where a sample is cut', { status: 500, body: `${'x'.repeat(290)}${key}${'y'.repeat(50)}` }],
  [
    'in an error sent as a success',
    { body: `{"status":{"error_code":429,"error_message":"slow down ${key}"}}` },
  ],
  ['in headers that are recorded', { headers: { etag: `"${key}"`, 'x-key': key }, body: page }],
  ['in a redirect', { status: 302, headers: { location: `https://other.invalid/?key=${key}` }, body: '' }],
];

/** Every table of ours as text, and every line that was logged. */
async function everything(): Promise<string> {
  const tables = await database.owner<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema in ('log', 'read', 'control') and table_type = 'BASE TABLE'`;
  const parts = await Promise.all(
    tables.map(async ({ name }) =>
      JSON.stringify(await database.owner.unsafe(`select t::text from ${name} t`)),
    ),
  );
  return parts.join('\n');
}

it.each(answers)(
  'a key that an upstream sends back %s is in no log line, event, error, metric or table',
  async (_where, answer) => {
    const lines: string[] = [];
    const log = pino(
      { level: 'trace' },
      new Writable({
        write(line: Buffer, _encoding, done) {
          lines.push(line.toString());
          done();
        },
      }),
    );
    const metrics = createMetrics({ version: '0', revision: '0' });
    const upstream = await startUpstream(() => answer);
    const ingester = createTestIngester(database, {
      log,
      observer: {
        onAttempt: (source, result) => metrics.ingestAttempts.inc({ source, class: result }),
        onAppend: () => undefined,
      },
    });
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_API_KEY: key,
    });
    const outcomes = [];
    for (let n = 0; n < 2; n += 1) outcomes.push(await ingester.ingest(source, { reason: 'test' }));
    await Promise.all([ingester.close(), upstream.close()]);
    await projectAll(database);
    expect(upstream.headers[0]?.['x-cg-demo-api-key']).toBe(key);
    expect(lines.length).toBeGreaterThan(0);
    const told = [
      await everything(),
      lines.join(''),
      JSON.stringify(outcomes),
      await metrics.registry.metrics(),
    ];
    for (const text of told)
      for (const part of [key, key.slice(0, 10)]) expect(text.includes(part)).toBe(false);
  },
);
