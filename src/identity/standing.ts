import type { IdentityEvent } from './events.ts';
import { applyIdentity, draftOf, homeOf, isVetoed, linkOf, type IdentityState, type Link } from './fold.ts';
import { coinKey } from './source-coin.ts';

const nobody: ReadonlySet<string> = new Set();

/** What is decided, with every coin's members at hand. */
export interface Standing {
  state(): IdentityState;
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
    return decision.kind === 'link' || decision.kind === 'veto' ? keys.add(coinKey(decision)) : keys;
  };

  return {
    state: () => draftOf(draft),
    link: (key) => linkOf(draft, key),
    home: (key) => homes.get(key) ?? null,
    members: (coinId) => membersByCoin.get(coinId) ?? nobody,
    isVetoed: (key, coinId) => isVetoed(draft, key, coinId),
    born: (coinId) => draft.born.get(coinId) ?? Infinity,
    apply(event) {
      const before = touched(event);
      applyIdentity(draft, event);
      for (const key of before) settle(key);
      return before.union(touched(event));
    },
  };
}
