import type { Sql } from '../database/client.ts';
import type { Decision } from '../identity/decision.ts';
import {
  identityStream,
  parseIdentityEvent,
  toIdentityEvent,
  type IdentityEvent,
} from '../identity/events.ts';
import { append } from '../log/append.ts';
import type { Archive } from '../log/archive/archive.ts';
import { canonicalJson } from '../log/canonical-json.ts';
import { deriveId } from '../log/event-id.ts';
import type { EventHeader, NewEvent } from '../log/event.ts';
import { readHeaders } from '../log/read.ts';
import { eventKey, readSkipped } from './skip-decisions.ts';

/** What was decided after a version of the stream, and how far the stream reaches. */
export interface Decided {
  events: IdentityEvent[];
  head: number;
}

export interface IdentityLogDeps {
  sql: Sql;
  archive: Archive;
  now: () => Date;
}

/** The stream of decisions on identity, for those who decide: whatever is appended stands on all that came before. */
export interface IdentityLog {
  readAfter(version: number): Promise<Decided>;
  /**
   * Appends decisions that were taken on what stood at a version; false when somebody else has decided since, and
   * nothing was written. Safe to repeat: the same decisions at the same version are no second event.
   */
  append(decisions: readonly Decision[], expectedHead: number): Promise<boolean>;
}

const headersPerRead = 5_000;

/** Null for what the folds pass over too: an event of another type, or one that they cannot read. */
function asIdentityEvent({ version, type, metadata }: EventHeader): IdentityEvent | null {
  try {
    const decision = parseIdentityEvent(type, metadata);
    return decision && { version, decision };
  } catch {
    return null;
  }
}

/** What makes it the event it is: what it says, and where it stands. */
function toEvent(decision: Decision, version: number, receivedAt: Date): NewEvent {
  const { type, metadata } = toIdentityEvent(decision);
  const id = deriveId(identityStream, version, type, canonicalJson(metadata));
  return { id, type, schemaVersion: 1, runId: null, receivedAt, metadata, payload: new Uint8Array() };
}

export function createIdentityLog({ sql, archive, now }: IdentityLogDeps): IdentityLog {
  return {
    async readAfter(version) {
      const skipped = await readSkipped(sql);
      const events: IdentityEvent[] = [];
      for (let head = version; ;) {
        const headers = await readHeaders(sql, identityStream, head, { archive, limit: headersPerRead });
        for (const header of headers) {
          const event = skipped.has(eventKey(identityStream, header.version))
            ? null
            : asIdentityEvent(header);
          if (event) events.push(event);
        }
        head = headers.at(-1)?.version ?? head;
        if (headers.length < headersPerRead) return { events, head };
      }
    },
    async append(decisions, expectedHead) {
      const at = now();
      const events = decisions.map((decision, place) => toEvent(decision, expectedHead + place + 1, at));
      const { kind } = await append(sql, identityStream, events, { expectedHead });
      return kind !== 'conflict';
    },
  };
}
