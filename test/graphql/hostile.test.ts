import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCoinlogSchema } from '../../src/api/graphql/schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { createQueryMaker, createRandom } from './generated-queries.ts';
import { fillMarket } from './market.ts';
import { createTestApi, readAnswer, type TestApi } from './support.ts';

// `make hostile` asks 10,000.
const queries = Number(process.env['HOSTILE_QUERIES'] ?? 1_000);
const seed = Number(process.env['HOSTILE_SEED'] ?? 20_261_127);

/** What is still held once all that nobody holds is collected, in MB. */
function heldMb(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

it(`${queries} generated queries, valid and hostile: none is our failure, memory and time stay bounded`, async () => {
  const random = createRandom(seed);
  const maker = createQueryMaker(buildCoinlogSchema(), random);
  const took: number[] = [];
  const codes = new Map<string, number>();
  const count = (code: string) => codes.set(code, (codes.get(code) ?? 0) + 1);
  // From here on what is remembered of queries is full, and only gives way.
  const filledAfter = queries / 2;
  let [filledMb, mostRss] = [0, 0];
  for (let n = 0; n < queries; n += 1) {
    if (n === filledAfter) filledMb = heldMb();
    const query = maker.chance(0.5) ? maker.plausible() : maker.hostile();
    const payload = JSON.stringify({ query, variables: maker.variables() });
    const startedAt = performance.now();
    const response = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    took.push(performance.now() - startedAt);
    if (n % 50 === 0) mostRss = Math.max(mostRss, process.memoryUsage().rss);
    const where = `seed ${seed}, query ${n}: ${payload.slice(0, 2_000)}`;
    expect(response.statusCode, where).toBeLessThan(500);
    const { errors } = readAnswer(response);
    if (errors.length === 0) count('answered');
    for (const error of errors) {
      expect(error.extensions.code, `${where}: ${error.message} at ${String(error.path)}`).not.toBe(
        'INTERNAL_SERVER_ERROR',
      );
      count(error.extensions.code);
    }
  }
  took.sort((a, b) => a - b);
  const p99 = took[Math.floor(took.length * 0.99)] ?? 0;
  const grownMb = heldMb() - filledMb;
  process.stdout.write(
    `hostile: ${queries} queries, p50 ${took[took.length >> 1]?.toFixed(1)} ms, p99 ${p99.toFixed(0)} ms, worst ${took.at(-1)?.toFixed(0)} ms, held ${filledMb.toFixed(0)} MB after half of them, ${grownMb.toFixed(0)} MB more in the end, ${(mostRss / 1e6).toFixed(0)} MB in all at most, ${JSON.stringify(Object.fromEntries(codes))}\n`,
  );
  expect(codes.get('answered') ?? 0).toBeGreaterThan(queries / 10);
  expect(p99).toBeLessThan(1_000);
  expect(grownMb).toBeLessThan(40);
  expect(mostRss).toBeLessThan(1.5e9);
}, 1_200_000);
