import { eventKey } from '../control/skip-decisions.ts';
import type { Sql, Transaction } from '../database/client.ts';
import { identityStream, parseIdentityEvent, type IdentityEvent } from '../identity/events.ts';
import { noIdentity, type Link } from '../identity/fold.ts';
import type { SourceCoinRef } from '../identity/source-coin.ts';
import { createStanding, type Standing } from '../identity/standing.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { EventHeader } from '../log/event.ts';
import { readHeaders } from '../log/read.ts';
import { ownCoinId } from '../projections/identity/own-coin-id.ts';

/** What was decided up to a version of the stream, and when. */
export interface KnownIdentity {
  version: number;
  standing: Standing;
  /** When each decision was recorded, by its version. */
  decidedAt: Map<number, Date>;
  /** Which coin each source's coin is, by its key. */
  homes: Map<string, string>;
}

/** A source's coin that is another coin from an event on, with the link that says so; null: its own. */
export interface Move {
  key: string;
  sinceVersion: number;
  coinId: string;
  link: Link | null;
}

/**
 * Keeps what has been decided between batches, since a coin's link hangs on all that was ever said of it. What is
 * remembered is only ever of a committed version: who takes it gives it back after the commit, and where that did not
 * happen it is read from the log again.
 */
export interface IdentityMemory {
  take(tx: Transaction, version: number, skipped: ReadonlySet<string>): Promise<KnownIdentity>;
  put(known: KnownIdentity): void;
}

const headersPerRead = 5_000;

/** What an event says anew of source coins: those whose link it may have changed, and those that moved. */
export interface IdentityChange {
  keys: ReadonlySet<string>;
  moves: Move[];
}

/** The coin that a source's coin is; its own where nobody has decided, or a veto has left it none. */
export function coinOf({ standing }: KnownIdentity, key: string): string {
  const { source, sourceCoinId } = splitKey(key);
  return standing.home(key) ?? ownCoinId(source, sourceCoinId);
}

/** The two parts of a `coinKey`. */
export function splitKey(key: string): SourceCoinRef {
  const colon = key.indexOf(':');
  return { source: key.slice(0, colon), sourceCoinId: key.slice(colon + 1) };
}

/** Takes in one more event. */
export function applyEvent(known: KnownIdentity, event: EventHeader): IdentityChange {
  const { version } = event;
  known.version = version;
  const decision = decisionOf(event);
  if (decision === null) return { keys: new Set(), moves: [] };
  known.decidedAt.set(version, event.recordedAt);
  const keys = known.standing.apply({ version, decision });
  const moves: Move[] = [];
  for (const key of keys) {
    const coinId = coinOf(known, key);
    if (known.homes.get(key) === coinId) continue;
    known.homes.set(key, coinId);
    moves.push({ key, sinceVersion: version, coinId, link: known.standing.link(key) });
  }
  return { keys, moves };
}

/** Null for an event of another type, or one that no fold can read and which is a dead letter for that. */
function decisionOf({ type, metadata }: EventHeader): IdentityEvent['decision'] | null {
  try {
    return parseIdentityEvent(type, metadata);
  } catch {
    return null;
  }
}

export interface IdentityMemoryDeps {
  sql: Sql;
  archive: Archive;
}

export function createIdentityMemory({ sql, archive }: IdentityMemoryDeps): IdentityMemory {
  let remembered: KnownIdentity | null = null;

  /** What an operator let pass and what is a dead letter was written as nothing: it is nothing here too. */
  async function readFromLog(
    tx: Transaction,
    version: number,
    skipped: ReadonlySet<string>,
  ): Promise<KnownIdentity> {
    const known: KnownIdentity = {
      version: 0,
      standing: createStanding(noIdentity),
      decidedAt: new Map(),
      homes: new Map(),
    };
    const dead = await tx<
      { version: number }[]
    >`select version from dead_letter where stream = ${identityStream}`;
    const passed = new Set([...dead.map((row) => eventKey(identityStream, row.version)), ...skipped]);
    while (known.version < version) {
      const options = { archive, to: version, limit: headersPerRead };
      const events = await readHeaders(sql, identityStream, known.version, options);
      for (const event of events)
        if (!passed.has(eventKey(identityStream, event.version))) applyEvent(known, event);
      known.version = events.at(-1)?.version ?? version;
    }
    return known;
  }

  return {
    async take(tx, version, skipped) {
      const taken = remembered;
      remembered = null;
      return taken?.version === version ? taken : readFromLog(tx, version, skipped);
    },
    put(known) {
      remembered = known;
    },
  };
}
