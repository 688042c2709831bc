import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipEvent } from '../../src/control/skip-decisions.ts';
import { createProjector, type Projector } from '../../src/projector/projector.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
const projectors: Projector[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(projectors.splice(0).map((projector) => projector.close()));
  await expectRebuildEqualsLive(database);
  await database.close();
});

const by = { actor: 'test', reason: 'no data' };
const coin = (id: string) => ({
  id,
  symbol: id,
  name: id,
  current_price: 1,
  last_updated: '2026-11-20T10:00:00Z',
});
const appendPages = (runId: string, pages: string[]) =>
  appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId,
    startedAt: new Date('2026-11-20T12:00:00Z'),
    params: { vs_currency: 'usd' },
    pages,
  });

function follower(codeDigest: string): Projector {
  const projector = createProjector({
    ...testFolds,
    codeDigest,
    sql: database.sql,
    holder: crypto.randomUUID(),
    log: silentLogger,
  });
  projectors.push(projector);
  projector.follow();
  return projector;
}
const rebuildNow = () => rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
const madeBy = async (): Promise<string> => {
  const [row] = await database.sql`select code_digest from read.read_model`.catch(() => []);
  return String(row?.['codeDigest']);
};
const coins = async () => (await database.sql`select source_coin_id from read.source_coin order by 1`).length;

describe('an event that no fold can read', () => {
  it('stops a rebuild, which names it and swaps nothing, until an operator lets it pass', async () => {
    await appendPages('r', [JSON.stringify([coin('a')]), 'no list', JSON.stringify([coin('b')])]);
    await projectAll(database);
    const [{ version: before } = { version: 0 }] = await database.sql`select version from read.read_model`;
    await expect(rebuildNow()).rejects.toThrow(
      /Event 3 of coingecko\.markets cannot be folded.*deadletters skip coingecko\.markets 3/,
    );
    expect(await database.sql`select version from read.read_model`).toEqual([{ version: before }]);
    await skipEvent(database.sql, 'coingecko.markets', 3, by, new Date());
    await rebuildNow();
    expect(await database.sql`select * from read.dead_letter`).toEqual([]);
    expect(await coins()).toBe(2);
    await projectAll(database);
  });

  it('keeps a projector with new folds standing by, while one with the old folds goes on', async () => {
    follower('old');
    await appendPages('r1', [JSON.stringify([coin('a')]), 'no list']);
    await waitFor('the first run', async () => (await coins().catch(() => 0)) === 1);
    follower('new');
    await appendPages('r2', [JSON.stringify([coin('b')])]);
    await waitFor('the old folds going on', async () => (await coins()) === 2);
    expect(await madeBy()).toBe('old');
    await skipEvent(database.sql, 'coingecko.markets', 3, by, new Date());
    // Both obey it; whichever started last has its way in the end.
    await waitFor('the new folds', async () => (await madeBy()) === 'new', 30_000);
    await appendPages('r3', [JSON.stringify([coin('c')])]);
    await waitFor('following on', async () => (await coins()) === 3);
    await Promise.all(projectors.splice(0).map((projector) => projector.close()));
    await projectAll(database);
  });
});

describe('two versions side by side', () => {
  it('the one that started last has its way, and the other stands by instead of rebuilding in turn', async () => {
    follower('old');
    await appendPages('r1', [JSON.stringify([coin('a')])]);
    await waitFor('the old one', async () => (await madeBy()) === 'old');
    await waitFor('the first run', async () => (await coins()) === 1);
    follower('new');
    await waitFor('the swap', async () => (await madeBy()) === 'new');
    for (const id of ['b', 'c', 'd']) {
      await appendPages(id, [JSON.stringify([coin(id)])]);
      await waitFor(
        `coin ${id}`,
        async () =>
          (await database.sql`select 1 from read.source_coin where source_coin_id = ${id}`).length === 1,
      );
      expect(await madeBy()).toBe('new');
    }
    await Promise.all(projectors.splice(0).map((projector) => projector.close()));
    await projectAll(database);
  });
});
