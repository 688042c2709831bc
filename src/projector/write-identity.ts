import type { Transaction } from '../database/client.ts';
import { identityStream } from '../identity/events.ts';
import { coinIdOf, type IdentityState } from '../identity/fold.ts';
import { writeAliases, writeLinks } from '../projections/identity/write.ts';
import { ownCoinId } from '../projections/identity/own-coin-id.ts';
import type { FoldedEvent } from './fold-event.ts';
import { applyEvent, type IdentityMemory, type KnownIdentity } from './identity-memory.ts';
import { storableJson } from './storable-json.ts';

export interface IdentityWrite {
  memory: IdentityMemory;
  /** Events that every fold passes over, by their keys. */
  skipped: ReadonlySet<string>;
}

/** The version of the last veto against a source's coin: what left it without a coin. */
const lastVeto = (state: IdentityState, key: string): number =>
  Math.max(0, ...(state.vetoes.get(key)?.values() ?? []));

function linkRow({ standing, decidedAt }: KnownIdentity, state: IdentityState, key: string) {
  const colon = key.indexOf(':');
  const [source, sourceCoinId] = [key.slice(0, colon), key.slice(colon + 1)];
  const link = standing.link(key);
  const version = link?.version ?? lastVeto(state, key);
  return {
    source,
    source_coin_id: sourceCoinId,
    coin_id: standing.home(key) ?? ownCoinId(source, sourceCoinId),
    method: link?.method ?? 'FIRST_SEEN',
    authority: link?.authority ?? 0,
    confidence_percent: Math.round((link?.confidence ?? 1) * 100),
    evidence: link?.evidence ?? {},
    stream: identityStream,
    version,
    decided_at: decidedAt.get(version),
  };
}

const aliasRows = (state: IdentityState) =>
  [...state.merges.keys()].map((alias) => ({ alias, coin_id: coinIdOf(state, alias) }));

/**
 * Writes the links and older ids that a batch of decisions changes, and notes their coins. Answers what is known after
 * it, to be remembered once it is committed; null when the batch decided nothing.
 */
export async function writeIdentity(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  { memory, skipped }: IdentityWrite,
): Promise<KnownIdentity | null> {
  const events = batch.filter(({ event }) => event.stream === identityStream);
  const [first] = events;
  if (!first) return null;
  const known = await memory.take(tx, first.event.version - 1, skipped);
  const changed = new Set<string>();
  for (const folded of events) {
    const keys = folded.kind === 'folded' ? applyEvent(known, folded.event) : [];
    known.version = folded.event.version;
    for (const key of keys) changed.add(key);
  }
  if (changed.size === 0) return known;
  const state = known.standing.state();
  const rows = [...changed].map((key) => linkRow(known, state, key));
  await tx.unsafe(writeLinks, [storableJson(rows)]);
  await tx.unsafe(writeAliases, [JSON.stringify(aliasRows(state))]);
  return known;
}
