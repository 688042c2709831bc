import { eventKey } from '../control/skip-decisions.ts';
import type { Sql, Transaction } from '../database/client.ts';
import { identityStream, parseIdentityEvent, type IdentityEvent } from '../identity/events.ts';
import { noIdentity } from '../identity/fold.ts';
import { createStanding, type Standing } from '../identity/standing.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { EventHeader } from '../log/event.ts';
import { readHeaders } from '../log/read.ts';

/** What was decided up to a version of the stream, and when. */
export interface KnownIdentity {
  version: number;
  standing: Standing;
  /** When each decision was recorded, by its version. */
  decidedAt: Map<number, Date>;
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

export function applyEvent(known: KnownIdentity, event: EventHeader): Set<string> {
  known.version = event.version;
  const decision = decisionOf(event);
  if (decision === null) return new Set();
  known.decidedAt.set(event.version, event.recordedAt);
  return known.standing.apply({ version: event.version, decision });
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
    const known: KnownIdentity = { version: 0, standing: createStanding(noIdentity), decidedAt: new Map() };
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
