import type { Transaction } from '../database/client.ts';
import { identityEventTypes, identityStream } from '../identity/events.ts';
import { coinIdOf, type IdentityState } from '../identity/fold.ts';
import { writeAliases, writeLinkHistory, writeLinks } from '../projections/identity/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import {
  applyEvent,
  coinOf,
  splitKey,
  type IdentityMemory,
  type KnownIdentity,
  type Move,
} from './identity-memory.ts';
import { storableJson } from './storable-json.ts';

export interface IdentityWrite {
  memory: IdentityMemory;
  /** Events that every fold passes over, by their keys. */
  skipped: ReadonlySet<string>;
}

/** The version of the last veto against a source's coin: what left it without a coin. */
const lastVeto = (state: IdentityState, key: string): number =>
  Math.max(0, ...(state.vetoes.get(key)?.values() ?? []));

/** `vetoVersion`: what stands for a decision where no link does. */
function linkRow(
  known: KnownIdentity,
  { key, coinId, link }: Omit<Move, 'sinceVersion'>,
  vetoVersion: number,
) {
  const { source, sourceCoinId } = splitKey(key);
  const version = link?.version ?? vetoVersion;
  return {
    source,
    source_coin_id: sourceCoinId,
    coin_id: coinId,
    method: link?.method ?? 'FIRST_SEEN',
    authority: link?.authority ?? 0,
    confidence_percent: Math.round((link?.confidence ?? 1) * 100),
    evidence: link?.evidence ?? {},
    stream: identityStream,
    version,
    decided_at: known.decidedAt.get(version),
  };
}

const changesAliases: ReadonlySet<string> = new Set([identityEventTypes.merge, identityEventTypes.split]);

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
  const moves: Move[] = [];
  for (const folded of events) {
    known.version = folded.event.version;
    if (folded.kind === 'dead') continue;
    const change = applyEvent(known, folded.event);
    moves.push(...change.moves);
    for (const key of change.keys) changed.add(key);
  }
  const state = known.standing.current();
  // All there are: of 20,000 a batch of links would write every one again. Also where a merge moves no source coin.
  if (events.some(({ event }) => changesAliases.has(event.type)))
    await tx.unsafe(writeAliases, [JSON.stringify(aliasRows(state))]);
  if (changed.size === 0) return known;
  const rows = [...changed].map((key) =>
    linkRow(known, { key, coinId: coinOf(known, key), link: known.standing.link(key) }, lastVeto(state, key)),
  );
  await tx.unsafe(writeLinks, [storableJson(rows)]);
  const history = moves.map((move) => ({
    ...linkRow(known, move, move.sinceVersion),
    since_version: move.sinceVersion,
  }));
  if (history.length > 0) await tx.unsafe(writeLinkHistory, [storableJson(history)]);
  return known;
}
