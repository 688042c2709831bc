import { authorities, type Decision, type Evidence } from './decision.ts';
import { coinIdOf, homeOf, type IdentityState, type Link } from './fold.ts';
import { coinKey, compareText, type SourceCoinRef } from './source-coin.ts';

/** What an operator's word comes to. */
export type OperatorOutcome =
  | { kind: 'decided'; decisions: Decision[] }
  /** It is so already, or there is nothing it could be parted from. */
  | { kind: 'nothing'; reason: string }
  | { kind: 'unknown'; what: 'coin' | 'source coin' };

const refOf = ({ source, sourceCoinId }: SourceCoinRef): SourceCoinRef => ({ source, sourceCoinId });

function membersOf(state: IdentityState, coinId: string): string[] {
  return [...state.links.keys()].filter((key) => homeOf(state, key) === coinId);
}

/** A source's coin is this coin, whatever the evidence. A coin that loses its last member leads there too. */
export function linkByOperator(
  state: IdentityState,
  ref: SourceCoinRef,
  coinId: string,
  evidence: Evidence,
): OperatorOutcome {
  const key = coinKey(ref);
  const target = coinIdOf(state, coinId);
  const home = homeOf(state, key);
  if (home === null) return { kind: 'unknown', what: 'source coin' };
  if (!state.born.has(target)) return { kind: 'unknown', what: 'coin' };
  const grounds = { method: 'OPERATOR', authority: authorities.OPERATOR, confidence: 1, evidence } as const;
  const link = { kind: 'link', ...refOf(ref), coinId: target, ...grounds } as const;
  if (home === target || membersOf(state, home).length > 1) return { kind: 'decided', decisions: [link] };
  const [older, younger] = [home, target].sort(
    (a, b) => (state.born.get(a) ?? 0) - (state.born.get(b) ?? 0) || compareText(a, b),
  ) as [string, string];
  return { kind: 'decided', decisions: [link, { kind: 'merge', coinId: younger, into: older, ...grounds }] };
}

/** The ids by which a source's coin hangs on its coin: the one its link names, and those that one leads through. */
function pathOf(state: IdentityState, link: Link | undefined): string[] {
  const path: string[] = [];
  for (let id = link?.coinId; id !== undefined; id = state.merges.get(id)) path.push(id);
  return path;
}

/** The id a source's coin had before its coin was merged into another; null where others had it too. */
function ownIdOf(state: IdentityState, ref: SourceCoinRef, home: string): string | null {
  const founding = state.links.get(coinKey(ref))?.find(({ method }) => method === 'FIRST_SEEN');
  const [own] = pathOf(state, founding);
  if (own === undefined || own === home || coinIdOf(state, own) !== home) return null;
  const others = membersOf(state, home).filter((key) => key !== coinKey(ref));
  const isShared = others.some((key) =>
    state.links.get(key)?.every((link) => pathOf(state, link).includes(own)),
  );
  return isShared ? null : own;
}

/**
 * A source's coin is not the coin it was taken for, and stays apart until an operator links it again. It gets its own
 * id back where it had one; else the resolver gives it a new one.
 */
export function unlinkByOperator(
  state: IdentityState,
  ref: SourceCoinRef,
  evidence: Evidence,
): OperatorOutcome {
  const home = homeOf(state, coinKey(ref));
  if (home === null) return { kind: 'unknown', what: 'source coin' };
  if (membersOf(state, home).length < 2) return { kind: 'nothing', reason: 'it is the only one of its coin' };
  const own = ownIdOf(state, ref, home);
  const veto = { kind: 'veto', ...refOf(ref), coinId: home, evidence } as const;
  if (own === null) return { kind: 'decided', decisions: [veto] };
  return { kind: 'decided', decisions: [veto, { kind: 'split', coinId: own, from: home, evidence }] };
}

/** An id that was merged is a coin of its own again, with everything that was once linked to it. */
export function splitByOperator(state: IdentityState, coinId: string, evidence: Evidence): OperatorOutcome {
  const from = coinIdOf(state, coinId);
  if (!state.born.has(coinId)) return { kind: 'unknown', what: 'coin' };
  if (from === coinId) return { kind: 'nothing', reason: 'it was not merged' };
  const returning = [...state.links].filter(([key, links]) => {
    const wasThere = links.some((link) => pathOf(state, link).includes(coinId));
    return wasThere && homeOf(state, key) === from;
  });
  const vetoes = returning.flatMap(([, [link]]) =>
    link === undefined ? [] : [{ kind: 'veto', ...refOf(link), coinId: from, evidence } as const],
  );
  return { kind: 'decided', decisions: [{ kind: 'split', coinId, from, evidence }, ...vetoes] };
}
