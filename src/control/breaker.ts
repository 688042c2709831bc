import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import { z } from 'zod';

const failuresToOpen = 5;
const firstOpenMs = 60_000;
const longestOpenMs = 30 * 60_000;

/** A minute after the first opening, twice as long after each trial that fails, half an hour at most. */
const openForMs = (opening: number): number => Math.min(longestOpenMs, firstOpenMs * 2 ** (opening - 1));

export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** What the library writes of a breaker; times are in milliseconds of the process that wrote it. */
const savedBreaker = z.object({
  ownState: z.looseObject({
    value: z.number(),
    openedAt: z.number().optional(),
    attemptNo: z.number().optional(),
  }),
  breakerState: z.unknown(),
});
export type SavedBreaker = z.infer<typeof savedBreaker>;

export const parseSavedBreaker = (saved: unknown): SavedBreaker | null =>
  savedBreaker.safeParse(saved).data ?? null;

/**
 * When an open breaker lets the next attempt through; null for one that does so now. One that opened at a time still to
 * come does: the clock was set back since, and nobody knows how long it has been open.
 */
export function closedUntil(saved: SavedBreaker | null, now: Date): Date | null {
  if (saved?.ownState.value !== CircuitState.Open) return null;
  const { openedAt = 0, attemptNo = 1 } = saved.ownState;
  if (openedAt > now.getTime()) return null;
  const until = new Date(openedAt + openForMs(attemptNo));
  return until > now ? until : null;
}

/** What people call the state: an open breaker whose time is over lets one attempt through. */
export function breakerStateOf(saved: SavedBreaker | null, now: Date): BreakerState {
  if (saved?.ownState.value !== CircuitState.Open) return 'CLOSED';
  return closedUntil(saved, now) === null ? 'HALF_OPEN' : 'OPEN';
}

/** What an attempt tells of the upstream's health; `nothing` neither counts as a failure nor ends a row of them. */
export type BreakerVerdict = 'up' | 'down' | 'nothing';

/** Carries a result past the library, which counts neither way what is thrown and not its own. */
class TellsNothing<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

interface Judged {
  verdict: BreakerVerdict;
}

export interface Breaker {
  /** Makes an attempt, unless the breaker is open: then null. */
  attempt<T>(make: () => Promise<T>, judge: (result: T) => BreakerVerdict): Promise<T | null>;
  save(): SavedBreaker;
}

/** The library counts by the machine's clock; ours may be another one, so the time it opened is carried over. */
function shifted(saved: SavedBreaker, byMs: number): SavedBreaker {
  const { openedAt } = saved.ownState;
  return openedAt ? { ...saved, ownState: { ...saved.ownState, openedAt: openedAt + byMs } } : saved;
}

/** One that opened at a time still to come is ready for a trial. */
const believable = (saved: SavedBreaker, now: Date): SavedBreaker =>
  (saved.ownState.openedAt ?? 0) > now.getTime()
    ? { ...saved, ownState: { ...saved.ownState, openedAt: 0 } }
    : saved;

/**
 * A breaker that opens after five failures in a row and goes on from where the last process left it. Too many requests
 * or a wrong key are no sign of an upstream that is down, and none of one that is up.
 */
export function createBreaker(saved: SavedBreaker | null, now: () => Date): Breaker {
  const clockAheadMs = () => now().getTime() - Date.now();
  const policyFrom = (state: SavedBreaker | null) =>
    circuitBreaker(
      handleWhenResult((judged) => (judged as Judged).verdict === 'down'),
      {
        breaker: new ConsecutiveBreaker(failuresToOpen),
        halfOpenAfter: new DelegateBackoff(({ attempt }) => openForMs(attempt)),
        ...(state === null ? {} : { initialState: shifted(believable(state, now()), -clockAheadMs()) }),
      },
    );
  let policy = policyFrom(saved);
  const save = (): SavedBreaker => shifted(savedBreaker.parse(policy.toJSON()), clockAheadMs());
  return {
    async attempt<T>(make: () => Promise<T>, judge: (result: T) => BreakerVerdict) {
      const before = save();
      try {
        const judged = await policy.execute(async () => {
          const result = await make();
          const verdict = judge(result);
          if (verdict === 'nothing') throw new TellsNothing(result);
          return { verdict, result };
        });
        return judged.result;
      } catch (error) {
        if (error instanceof TellsNothing) {
          // The library takes what a trial throws for a success, and closes.
          if (breakerStateOf(before, now()) !== 'CLOSED') policy = policyFrom(before);
          return (error as TellsNothing<T>).result;
        }
        if (isBrokenCircuitError(error)) return null;
        throw error;
      }
    },
    save,
  };
}
