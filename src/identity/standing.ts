import type { IdentityEvent } from './events.ts';
import { applyIdentity, draftOf, homeOf, isVetoed, linkOf, type IdentityState, type Link } from './fold.ts';
import { coinKey } from './source-coin.ts';

const nobody: ReadonlySet<string> = new Set();

/** What is decided, with every coin's members at hand. */
export interface Standing {
  state(): IdentityState;
  /** The same without a copy: it changes with what is applied next. */
  current(): IdentityState;
  link(key: string): Link | null;
  home(key: string): string | null;
  members(coinId: string): ReadonlySet<string>;
  isVetoed(key: string, coinId: string): boolean;
  /** The version of the first link to it. */
  born(coinId: string): number;
  /** The members of the coins it changed, before and after. */
  apply(event: IdentityEvent): Set<string>;
}

export function createStanding(initial: IdentityState): Standing {
  const draft = draftOf(initial);
  const homes = new Map<string, string>();
  const membersByCoin = new Map<string, Set<string>>();
  // Source coins that a link or veto names an id for: a merge or split of it may give them another coin, whatever
  // they are now.
  const naming = new Map<string, Set<string>>();
  const mergedInto = new Map<string, Set<string>>();
  const name = (coinId: string, key: string): void => {
    naming.set(coinId, (naming.get(coinId) ?? new Set()).add(key));
  };
  for (const [key, links] of draft.links) for (const { coinId } of links) name(coinId, key);
  for (const [key, vetoes] of draft.vetoes) for (const coinId of vetoes.keys()) name(coinId, key);
  for (const [id, into] of draft.merges) mergedInto.set(into, (mergedInto.get(into) ?? new Set()).add(id));

  /** An id and all those that lead to it. */
  const leadingTo = (coinId: string, found = new Set<string>()): Set<string> => {
    if (found.has(coinId)) return found;
    found.add(coinId);
    for (const id of mergedInto.get(coinId) ?? nobody) leadingTo(id, found);
    return found;
  };

  const settle = (key: string): void => {
    const before = homes.get(key);
    const home = homeOf(draft, key);
    if (before === home) return;
    if (before !== undefined) membersByCoin.get(before)?.delete(key);
    if (home === null) homes.delete(key);
    else {
      homes.set(key, home);
      membersByCoin.set(home, (membersByCoin.get(home) ?? new Set()).add(key));
    }
  };
  for (const key of draft.links.keys()) settle(key);

  const touched = ({ decision }: IdentityEvent): Set<string> => {
    const ids = [decision.coinId];
    if (decision.kind === 'merge') ids.push(decision.into);
    if (decision.kind === 'split') ids.push(decision.from);
    const keys = new Set(ids.flatMap((id) => [...(membersByCoin.get(id) ?? nobody)]));
    if (decision.kind === 'link' || decision.kind === 'veto') return keys.add(coinKey(decision));
    for (const id of leadingTo(decision.coinId)) for (const key of naming.get(id) ?? nobody) keys.add(key);
    return keys;
  };

  const note = (decision: IdentityEvent['decision']): void => {
    if (decision.kind === 'link' || decision.kind === 'veto') name(decision.coinId, coinKey(decision));
    if (decision.kind === 'split') for (const ids of mergedInto.values()) ids.delete(decision.coinId);
    const into = decision.kind === 'merge' ? draft.merges.get(decision.coinId) : undefined;
    if (into !== undefined) mergedInto.set(into, (mergedInto.get(into) ?? new Set()).add(decision.coinId));
  };

  return {
    state: () => draftOf(draft),
    current: () => draft,
    link: (key) => linkOf(draft, key),
    home: (key) => homes.get(key) ?? null,
    members: (coinId) => membersByCoin.get(coinId) ?? nobody,
    isVetoed: (key, coinId) => isVetoed(draft, key, coinId),
    born: (coinId) => draft.born.get(coinId) ?? Infinity,
    apply(event) {
      const before = touched(event);
      applyIdentity(draft, event);
      note(event.decision);
      for (const key of before) settle(key);
      return before.union(touched(event));
    },
  };
}
