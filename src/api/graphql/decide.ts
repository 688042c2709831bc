import { setTimeout as sleep } from 'node:timers/promises';
import { readError } from '../../read/read-error.ts';
import type { Administration } from './administration.ts';
import type { GraphqlContext } from './context.ts';

/**
 * Runs what a mutation does, for those who may. What the request reads afterwards it reads anew, with the change in it.
 */
export async function decide<T>(
  context: GraphqlContext,
  change: (administration: Administration) => Promise<T>,
): Promise<T> {
  const administration = context.administration();
  await context.refresh();
  // Without a read model there would be no answer, so nothing is decided either.
  await context.reads.version();
  try {
    return await change(administration);
  } catch (error) {
    throw readError(error);
  } finally {
    await context.refresh();
  }
}

// A projector that runs folds a decision within a second; a client should not wait for one that does not.
const seenLimitMs = 5_000;
const askEveryMs = 50;

/** Waits until a decision is in the read model, but not for ever; then everything is read anew. */
export async function untilSeen(context: GraphqlContext, isSeen: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + seenLimitMs;
  for (;;) {
    const seen = await isSeen();
    // No snapshot stays open while nothing is read from it.
    await context.refresh();
    if (seen || performance.now() > deadlineMs) return;
    await sleep(askEveryMs);
  }
}
