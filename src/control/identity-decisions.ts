import { setTimeout as sleep } from 'node:timers/promises';
import { CoinlogError } from '../errors.ts';
import { canonicalId } from '../identity/canonical-id.ts';
import { firstSeen } from '../identity/decide.ts';
import type { Decision, Evidence } from '../identity/decision.ts';
import {
  applyIdentity,
  coinIdOf,
  draftOf,
  homeOf,
  noIdentity,
  type IdentityDraft,
  type IdentityState,
} from '../identity/fold.ts';
import {
  linkByOperator,
  splitByOperator,
  unlinkByOperator,
  type OperatorOutcome,
} from '../identity/operator.ts';
import { coinKey, type SourceCoin, type SourceCoinRef } from '../identity/source-coin.ts';
import type { IdentityLog } from './identity-log.ts';
import type { DecidedBy } from './operator-events.ts';

/** What an operator says of identity. A coin is named by its canonical id, or as a source's coin that may have none yet. */
export type IdentityOrder =
  | { kind: 'link'; coin: SourceCoinRef; to: string | SourceCoinRef }
  | { kind: 'unlink'; coin: SourceCoinRef }
  | { kind: 'split'; coinId: string };

export type OrderResult =
  /** `coinId`: the coin that it is, or was; `splitOff`: what an unlink or a split came to. */
  | { kind: 'decided'; head: number; coinId: string; splitOff: string | null }
  | { kind: 'refused'; reason: string };

// Each attempt stands on all that was decided before it: only a crowd of operators gets here.
const attemptsMax = 20;

/** Decisions on top of a state, one by one as the stream would number them. */
function createNotes(head: number, draft: IdentityDraft) {
  const decisions: Decision[] = [];
  return {
    decisions,
    write(decision: Decision): void {
      decisions.push(decision);
      applyIdentity(draft, { version: head + decisions.length, decision });
    },
  };
}
type Notes = ReturnType<typeof createNotes>;

/** Gives each of these coins that has no id one of its own, as the resolver would with its next pass. */
function nameHomeless(coins: readonly SourceCoin[], draft: IdentityDraft, notes: Notes): void {
  for (const coin of coins)
    if (homeOf(draft, coinKey(coin)) === null)
      notes.write(
        firstSeen(
          coin,
          canonicalId(coin, (id) => draft.born.has(id)),
        ),
      );
}

function outcomeOf(state: IdentityState, order: IdentityOrder, evidence: Evidence): OperatorOutcome {
  if (order.kind === 'unlink') return unlinkByOperator(state, order.coin, evidence);
  if (order.kind === 'split') return splitByOperator(state, order.coinId, evidence);
  const to = typeof order.to === 'string' ? order.to : homeOf(state, coinKey(order.to));
  return to === null ? { kind: 'unknown', what: 'coin' } : linkByOperator(state, order.coin, to, evidence);
}

/** Where the order's coin was before it, and where it or what was split off is after it. */
function resultOf(
  before: string | null,
  after: IdentityState,
  order: IdentityOrder,
  head: number,
): OrderResult {
  const now = order.kind === 'split' ? coinIdOf(after, order.coinId) : homeOf(after, coinKey(order.coin));
  if (order.kind === 'link') return { kind: 'decided', head, coinId: now ?? '', splitOff: null };
  return { kind: 'decided', head, coinId: coinIdOf(after, before ?? ''), splitOff: now };
}

/**
 * Writes an operator's order into the stream, on top of whatever else is decided meanwhile. `coins`: what is known of
 * the source coins that it is about, which may have no id yet, or be left without one.
 */
export async function orderIdentity(
  log: IdentityLog,
  order: IdentityOrder,
  coins: readonly SourceCoin[],
  by: DecidedBy,
): Promise<OrderResult> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const { events, head } = await log.readAfter(0);
    const draft = draftOf(noIdentity);
    for (const event of events) applyIdentity(draft, event);
    const notes = createNotes(head, draft);
    nameHomeless(coins, draft, notes);
    const before =
      order.kind === 'split' ? coinIdOf(draft, order.coinId) : homeOf(draft, coinKey(order.coin));
    const outcome = outcomeOf(draft, order, { actor: by.actor, reason: by.reason });
    if (outcome.kind === 'nothing') return { kind: 'refused', reason: outcome.reason };
    if (outcome.kind === 'unknown') return { kind: 'refused', reason: `there is no such ${outcome.what}` };
    for (const decision of outcome.decisions) notes.write(decision);
    nameHomeless(coins, draft, notes);
    if (await log.append(notes.decisions, head))
      return resultOf(before, draft, order, head + notes.decisions.length);
    await sleep(Math.random() * 20 * attempt);
  }
  throw new CoinlogError('BUSY', 'Others decide on identity all the time: try again in a moment.');
}
