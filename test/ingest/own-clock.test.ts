import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.ts';
import { type RunSettings, expectCompleteRun, expectSoundLog, runOnce } from './faulty-run.ts';
import { type FaultyUpstream, startFaultyUpstream } from './faulty-upstream.ts';
import { pages } from './small-pages.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let database: TestDatabase;
let clock: SimulatedClock;
let upstream: FaultyUpstream;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = createSimulatedClock(new Date('2026-11-05T10:00:00Z'));
});
afterEach(async () => {
  await expectSoundLog(database, upstream.sent);
  await expectRebuildEqualsLive(database);
  await database.close();
});

async function start(profile = 'silent:0'): Promise<void> {
  // Its own clock is right, whatever ours says, and no limit of its own gets in the way.
  let requestedAtMs = 0;
  upstream = await startFaultyUpstream(profile, { clock: () => new Date((requestedAtMs += minuteMs)) });
  onTestFinished(() => upstream.close());
}

/** A run on our clock, and how long it slept on it. */
async function run({ reason = 'test', environment = {} }: RunSettings = {}) {
  let sleptMs = 0;
  const sleep = (ms: number, signal?: AbortSignal) => {
    sleptMs += ms;
    return clock.sleep(ms, signal);
  };
  const made = await clock.work(() =>
    runOnce(database, upstream.url, {
      // As many as a sweep has: the next run finds the minute full.
      environment: { ETL_RATE_LIMIT_REQUESTS: String(pages), ...environment },
      deps: { now: clock.now, sleep },
      reason,
    }),
  );
  return { ...made, sleptMs };
}

describe('our own clock', () => {
  it('set back by an hour costs a run no more than the minute that its requests count for', async () => {
    await start();
    await expectCompleteRun(database, await run());
    clock.jump(-hourMs);
    const after = await run();
    await expectCompleteRun(database, after);
    expect(after.sleptMs).toBeLessThanOrEqual(minuteMs + 1);
  });

  it('set back by an hour while a token is out costs no more than until it counts as lost', async () => {
    await start();
    await run();
    await database.sql`update control.budget_token set released_at = null`;
    clock.jump(-hourMs);
    const after = await run();
    await expectCompleteRun(database, after);
    expect(after.sleptMs).toBeLessThanOrEqual(4 * minuteMs);
  });

  it('set forward by a month makes the budget free at once, and nothing is stored for a time yet to come', async () => {
    await start();
    await expectCompleteRun(database, await run());
    clock.jump(30 * dayMs);
    const after = await run({ reason: 'schedule' });
    await expectCompleteRun(database, after);
    expect(after.sleptMs).toBe(0);
    for (const { receivedAt } of after.events)
      expect(receivedAt.getTime()).toBeLessThanOrEqual(clock.now().getTime());
    expect(await database.sql`select 1 from read.snapshot where observed_at > ${clock.now()}`).toEqual([]);
  });

  it('set forward by a month and back leaves a month’s budget that is not used up, and no run hangs', async () => {
    await start();
    clock.jump(30 * dayMs);
    await expectCompleteRun(database, await run());
    clock.jump(-30 * dayMs);
    const after = await run();
    await expectCompleteRun(database, after);
    expect(after.sleptMs).toBeLessThanOrEqual(minuteMs + 1);
  });

  // The pace of a month once believed a last request that lay days ahead, and waited for that day.
  it('set forward by ten days and back does not keep scheduled runs waiting for those days', async () => {
    await start();
    clock.jump(10 * dayMs);
    await expectCompleteRun(database, await run());
    clock.jump(-10 * dayMs);
    expect((await run({ reason: 'schedule' })).outcome).toMatchObject({ kind: 'completed' });
  });

  // An open breaker once believed an opening that lay ahead.
  it('set back by a day does not keep an open breaker open for that day', async () => {
    await start('status-503,times=5');
    await run();
    await run();
    clock.jump(-dayMs);
    clock.jump(2 * minuteMs);
    expect((await run()).outcome).toMatchObject({ kind: 'completed' });
  });

  // A wait that an upstream asked for was once believed, however far ahead it had come to lie.
  it('set back by ten days does not make a wait of two minutes one of ten days', async () => {
    await start('rate-limited-120,times=1');
    await run();
    clock.jump(-10 * dayMs);
    clock.jump(3 * minuteMs);
    expect((await run()).outcome).toMatchObject({ kind: 'completed' });
  });

  it('set back in the middle of a run still gives every page its place', async () => {
    await start('rate-limited-now,after=1,times=1');
    let jumped = false;
    const now = () => {
      if (upstream.requests() === 2 && !jumped) {
        jumped = true;
        clock.jump(-hourMs);
      }
      return clock.now();
    };
    const { outcome, types } = await clock.work(() =>
      runOnce(database, upstream.url, { deps: { now, sleep: clock.sleep } }),
    );
    expect(jumped).toBe(true);
    expect(outcome.kind).toBe('completed');
    expect(types).toEqual([
      'run.started',
      'page.fetched',
      'page.failed',
      'page.fetched',
      'page.fetched',
      'run.completed',
    ]);
  });
});
