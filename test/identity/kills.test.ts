import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityLog } from '../../src/control/identity-log.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createTestResolver, testIdentityLog } from '../support/resolver.ts';
import { linksOf, pollGecko, pollPaprika } from './support.ts';

class Killed extends Error {}

/** Dies at an append: before it is written, or after it and before the answer. */
function dyingLog(log: IdentityLog, at: 'before' | 'after'): IdentityLog {
  return {
    ...log,
    async append(decisions, expectedHead) {
      if (at === 'after') await log.append(decisions, expectedHead);
      throw new Killed();
    },
  };
}

type Step = 'before' | 'after' | 'pass' | 'two at once';

async function take(database: TestDatabase, step: Step): Promise<void> {
  const identity = testIdentityLog(database);
  const logs = {
    before: [dyingLog(identity, 'before')],
    after: [dyingLog(identity, 'after')],
    pass: [identity],
    // One of them has the lease, and the other decides nothing.
    'two at once': [identity, identity],
  }[step];
  const resolvers = logs.map((log) => createTestResolver(database, { identity: log }));
  const done = await Promise.allSettled(resolvers.map((resolver) => resolver.decideNow()));
  for (const result of done)
    if (result.status === 'rejected' && !(result.reason instanceof Killed)) throw result.reason;
  await Promise.all(resolvers.map((resolver) => resolver.close()));
  await projectAll(database);
}

const geckoPrices = [100, 100, 3];
const poll = async (database: TestDatabase, place: number): Promise<void> => {
  const minute = place + 1;
  const name = (index: number) => `Coin ${'ABC'[index]}`;
  if (place % 2 === 0)
    await pollGecko(
      database,
      ...[0, 1, 2].map((index) => ({
        id: `coin-${index}`,
        symbol: `c${index}`,
        name: name(index),
        // The first poll contradicts CoinPaprika; a later one no longer does: late evidence, and so a merge.
        price: place === 0 ? 9_000 : (geckoPrices[index] ?? 1),
        minute,
      })),
    );
  else
    await pollPaprika(
      database,
      ...[0, 1, 2].map((index) => ({
        id: `c${index}-${name(index).toLowerCase().replace(' ', '-')}`,
        symbol: `C${index}`,
        name: name(index),
        price: geckoPrices[index] ?? 1,
        minute,
      })),
    );
};

async function play(between: readonly (readonly Step[])[]): Promise<Record<string, string>> {
  const database = await createTestDatabase();
  try {
    for (const [place, steps] of between.entries()) {
      await poll(database, place);
      await projectAll(database);
      for (const step of steps) await take(database, step);
      await take(database, 'pass');
    }
    await expectRebuildEqualsLive(database);
    return await linksOf(database);
  } finally {
    await database.close();
  }
}

describe('the resolver, whenever it is killed', () => {
  it('ends in the same links as one that never was', async () => {
    const undisturbed = await play([[], [], []]);
    expect(new Set(Object.values(undisturbed)).size).toBe(3);
    const step = fc.constantFrom<Step>('before', 'after', 'two at once');
    const between = fc.array(fc.array(step, { maxLength: 2 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(between, async (steps) => {
        expect(await play(steps)).toEqual(undisturbed);
      }),
      { numRuns: 6 },
    );
  }, 400_000);
});
