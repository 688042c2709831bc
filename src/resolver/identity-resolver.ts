import type { IdentityLog } from '../control/identity-log.ts';
import type { Sql } from '../database/client.ts';
import { createDuty } from '../duty/duty.ts';
import { CoinlogError } from '../errors.ts';
import type { Decision } from '../identity/decision.ts';
import { identityStream } from '../identity/events.ts';
import { foldIdentity, noIdentity } from '../identity/fold.ts';
import { createResolver, type Resolver } from '../identity/resolve.ts';
import type { SourceCoin } from '../identity/source-coin.ts';
import { isCalm } from '../read/calm.ts';
import { readMark, type ReadMark } from '../read/read-mark.ts';
import type { ReadSessions } from '../read/session.ts';
import { readSourceCoins, readSourceCoinsSince } from '../read/source-coins.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inBatches } from './batches.ts';

export interface IdentityResolverDeps {
  /** For the lease. */
  sql: Sql;
  sessions: ReadSessions;
  identity: IdentityLog;
  log: Logger;
  now: () => Date;
  /** Told of each pass that was done. */
  onPass?: (pass: Extract<Pass, { kind: 'decided' }>) => void;
}

/** What one look at the read model came to. */
export type Pass =
  | { kind: 'decided'; changed: number; lookedAt: number; decisions: number }
  /** It has not folded yet what was decided last, or is not there. */
  | { kind: 'behind' }
  /** More is just coming in. */
  | { kind: 'postponed' }
  /** Somebody else has decided meanwhile: to be done again on top of that. */
  | { kind: 'overtaken' };

export interface IdentityResolver {
  /** Decides whenever something new is known, until closed; one process of a database does. */
  follow(): void;
  /** Decides now what can be decided; null while another process is the resolver, which then does. */
  decideNow(): Promise<Pass | null>;
  close(): Promise<void>;
}

/** What the resolver knows: the stream up to its head, and the read model up to a mark. */
interface View {
  resolver: Resolver;
  head: number;
  mark: ReadMark;
}

// A part of the first pass of a large database; 1,000 events are appended in some 80 ms.
const decisionsPerAppend = 2_000;
const pollMs = 250;
// Of several commits in a row the last is enough.
const restMs = 50;
// Runs follow one another; there is always a moment without one, but it need not be seen.
const patienceMs = 60_000;
const attemptsMax = 5;

export function createIdentityResolver(deps: IdentityResolverDeps): IdentityResolver {
  const { sessions, identity, log, now } = deps;
  let view: View | null = null;
  let postponedSince: Date | null = null;

  const isBehind = (mark: ReadMark): boolean =>
    view !== null && (mark.checkpoints.get(identityStream) ?? 0) < view.head;

  /** From the log and the whole read model: at a take-over, after a swap, and after anything that went wrong. */
  async function begin(mark: ReadMark, coins: readonly SourceCoin[]): Promise<View> {
    const { events, head } = await identity.readAfter(0);
    return { resolver: createResolver({ identity: foldIdentity(noIdentity, events), coins }), head, mark };
  }

  async function goOn({ resolver, head: before }: View, mark: ReadMark): Promise<View> {
    const { events, head } = await identity.readAfter(before);
    resolver.observe(events);
    return { resolver, head, mark };
  }

  type Look =
    | { kind: 'seen'; mark: ReadMark; coins: SourceCoin[]; isWhole: boolean }
    | Exclude<Pass, { kind: 'decided' }>;

  function look(isPatient: boolean): Promise<Look> {
    return sessions.run(async ({ sql }): Promise<Look> => {
      const mark = await readMark(sql);
      const isKnown = view !== null && view.mark.rebuiltVersion === mark.rebuiltVersion;
      if (isKnown && isBehind(mark)) return { kind: 'behind' };
      if (isKnown && view?.mark.version === mark.version)
        return { kind: 'seen', mark, coins: [], isWhole: false };
      if (isPatient && !(await isCalmEnough(isCalm(sql, now())))) return { kind: 'postponed' };
      const coins =
        isKnown && view !== null
          ? await readSourceCoinsSince(sql, view.mark.checkpoints)
          : await readSourceCoins(sql);
      return { kind: 'seen', mark, coins, isWhole: !isKnown };
    });
  }

  async function isCalmEnough(calm: Promise<boolean>): Promise<boolean> {
    if (await calm) return true;
    postponedSince ??= now();
    return now().getTime() - postponedSince.getTime() >= patienceMs;
  }

  /** False: somebody else has decided, or is the resolver now. */
  async function write(
    decisions: readonly Decision[],
    at: View,
    stillOurs: () => Promise<boolean>,
  ): Promise<boolean> {
    for (const batch of inBatches(decisions, decisionsPerAppend)) {
      if (!(await stillOurs()) || !(await identity.append(batch, at.head))) return false;
      at.head += batch.length;
    }
    return true;
  }

  async function pass(isPatient: boolean, stillOurs: () => Promise<boolean>): Promise<Pass> {
    const seen = await look(isPatient);
    if (seen.kind !== 'seen') return seen;
    postponedSince = null;
    const { mark, coins, isWhole } = seen;
    const before = view;
    // What is decided counts for the resolver at once: unless all of it is written, this view is worth nothing.
    view = null;
    const at = isWhole || before === null ? await begin(mark, coins) : await goOn(before, mark);
    const decisions = at.resolver.update(isWhole ? [] : coins);
    if (!(await write(decisions, at, stillOurs))) return { kind: 'overtaken' };
    view = at;
    if (decisions.length > 0)
      log.info({ decisions: decisions.length, coins: coins.length }, 'identity: decided');
    const done = {
      kind: 'decided',
      changed: coins.length,
      lookedAt: at.resolver.lookedAt(),
      decisions: decisions.length,
    } as const;
    deps.onPass?.(done);
    return done;
  }

  async function passes(isPatient: boolean, stillOurs: () => Promise<boolean>): Promise<Pass> {
    for (let attempt = 1; ; attempt += 1) {
      const done = await pass(isPatient, stillOurs).catch((error: unknown): Pass => {
        if (error instanceof CoinlogError && error.code === 'READ_MODEL_MISSING') return { kind: 'behind' };
        throw error;
      });
      if (done.kind !== 'overtaken' || attempt === attemptsMax) return done;
    }
  }

  const duty = createDuty(deps, {
    name: 'identity',
    pollMs,
    restMs,
    step: async (stillOurs) => void (await passes(true, stillOurs)),
    onTakeOver() {
      view = null;
      postponedSince = null;
    },
  });
  return {
    follow: () => duty.follow(),
    decideNow: () => duty.now((stillOurs) => passes(false, stillOurs)),
    close: () => duty.close(),
  };
}
