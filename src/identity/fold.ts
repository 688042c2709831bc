import type { LinkDecision } from './decision.ts';
import type { IdentityEvent } from './events.ts';
import { coinKey } from './source-coin.ts';

/** A link with the version of its event. */
export interface Link extends LinkDecision {
  version: number;
}

/** What has been decided so far. Keys are `coinKey` of a source's coin, and ids of coins. */
export interface IdentityState {
  /** Of the last event. 0: none yet. */
  version: number;
  /** Every link that may yet count: of a source's coin, to each coin it was linked to, the one with most authority. */
  links: ReadonlyMap<string, readonly Link[]>;
  /** Where an id leads that is no coin of its own any more. */
  merges: ReadonlyMap<string, string>;
  /** By source's coin: the coins it is not, with the version that said so. */
  vetoes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Every id that was ever given, with the version of its first link. */
  born: ReadonlyMap<string, number>;
}

export const noIdentity: IdentityState = {
  version: 0,
  links: new Map(),
  merges: new Map(),
  vetoes: new Map(),
  born: new Map(),
};

/** The same, to be written to. */
export interface IdentityDraft {
  version: number;
  links: Map<string, readonly Link[]>;
  merges: Map<string, string>;
  vetoes: Map<string, ReadonlyMap<string, number>>;
  born: Map<string, number>;
}

export const draftOf = (state: IdentityState): IdentityDraft => ({
  version: state.version,
  links: new Map(state.links),
  merges: new Map(state.merges),
  vetoes: new Map(state.vetoes),
  born: new Map(state.born),
});

const outranks = (a: Link, b: Link): boolean =>
  a.authority > b.authority || (a.authority === b.authority && a.version > b.version);

function withLink(draft: IdentityDraft, link: Link): void {
  const key = coinKey(link);
  const links = draft.links.get(key) ?? [];
  const earlier = links.find(({ coinId }) => coinId === link.coinId);
  if (!draft.born.has(link.coinId)) draft.born.set(link.coinId, link.version);
  if (earlier !== undefined && !outranks(link, earlier)) return;
  draft.links.set(key, [...links.filter((other) => other !== earlier), link]);
}

/** Writes one more decision into a draft. Events come in the order of their versions. */
export function applyIdentity(draft: IdentityDraft, { version, decision }: IdentityEvent): void {
  draft.version = Math.max(draft.version, version);
  switch (decision.kind) {
    case 'link':
      withLink(draft, { ...decision, version });
      break;
    case 'veto': {
      const key = coinKey(decision);
      const vetoes = new Map(draft.vetoes.get(key));
      draft.vetoes.set(key, vetoes.set(decision.coinId, version));
      break;
    }
    case 'merge': {
      const into = coinIdOf(draft, decision.into);
      if (into !== coinIdOf(draft, decision.coinId)) draft.merges.set(decision.coinId, decision.into);
      break;
    }
    case 'split':
      draft.merges.delete(decision.coinId);
      break;
  }
}

/**
 * Sequential and pure: what is decided after more events of the stream. In one step for many, since a copy for each of
 * 30,000 events would take minutes.
 */
export function foldIdentity(state: IdentityState, events: readonly IdentityEvent[]): IdentityState {
  if (events.length === 0) return state;
  const draft = draftOf(state);
  for (const event of events) applyIdentity(draft, event);
  return draft;
}

/** The coin that an id leads to: itself, unless it was merged. */
export function coinIdOf({ merges }: Pick<IdentityState, 'merges'>, id: string): string {
  let coinId = id;
  for (let next = merges.get(coinId); next !== undefined; next = merges.get(coinId)) coinId = next;
  return coinId;
}

/** Whether a source's coin was said not to be a coin. */
export function isVetoed(state: IdentityState, key: string, coinId: string): boolean {
  return vetoVersion(state, key, coinIdOf(state, coinId)) > 0;
}

function vetoVersion(state: IdentityState, key: string, coinId: string): number {
  let latest = 0;
  for (const [vetoed, version] of state.vetoes.get(key) ?? [])
    if (version > latest && coinIdOf(state, vetoed) === coinId) latest = version;
  return latest;
}

const stands = (state: IdentityState, key: string, link: Link): boolean => {
  const vetoed = vetoVersion(state, key, coinIdOf(state, link.coinId));
  return vetoed === 0 || (link.method === 'OPERATOR' && link.version > vetoed);
};

/** The link that counts: of those no veto forbids, by authority and then by version. Null: none does. */
export function linkOf(state: IdentityState, key: string): Link | null {
  let winner: Link | null = null;
  for (const link of state.links.get(key) ?? [])
    if ((winner === null || outranks(link, winner)) && stands(state, key, link)) winner = link;
  return winner;
}

/** The coin of a source's coin. Null: none has been decided, or every one it was linked to was forbidden. */
export function homeOf(state: IdentityState, key: string): string | null {
  const link = linkOf(state, key);
  return link === null ? null : coinIdOf(state, link.coinId);
}

/** Older ids that lead to a coin. */
export function aliasesOf(state: IdentityState, coinId: string): string[] {
  return [...state.merges.keys()].filter((id) => coinIdOf(state, id) === coinId && id !== coinId).sort();
}
