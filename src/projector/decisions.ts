import { createHash } from 'node:crypto';
import { historyFrom, readExpiries, type Expiry } from '../control/history-decisions.ts';
import { readMappings } from '../control/mapping-decisions.ts';
import { readReleased } from '../control/record-decisions.ts';
import { readSkipped } from '../control/skip-decisions.ts';
import type { Queryable } from '../database/client.ts';
import { readRedactions } from '../log/redactions.ts';
import type { Redactions } from '../log/stored-event.ts';
import type { MadeBy } from './schema.ts';

/** What the folds obey besides an event itself: what operators have decided about it. */
export interface Decisions {
  /** Of the folds' code and of what they obey: a read model made by another is rebuilt beside it and swapped. */
  foldDigest: string;
  redactions: Redactions;
  /** Records that no contract puts aside any more, by their keys. */
  released: ReadonlySet<string>;
  /** Events that every fold passes over, by their keys. */
  skipped: ReadonlySet<string>;
  /** How the columns of files are read, by name: the newest that was loaded. */
  mappings: ReadonlyMap<string, unknown>;
  /** From when on observations are kept. */
  expiries: readonly Expiry[];
}

/** What a read model that obeys them is labelled with. */
export const madeByOf = (codeDigest: string, { foldDigest, expiries }: Decisions): MadeBy => ({
  foldDigest,
  codeDigest,
  historyFrom: historyFrom(expiries),
});

/** Each changes what was folded long ago, and so it changes the digest. */
export async function readDecisions(sql: Queryable, codeDigest: string): Promise<Decisions> {
  const redactions = await readRedactions(sql);
  const released = await readReleased(sql);
  const skipped = await readSkipped(sql);
  const loaded = await readMappings(sql);
  const expiries = await readExpiries(sql);
  const decided = [
    ...[...redactions].map((key) => `\n${key}`),
    ...[...released].map((key) => `\nreleased ${key}`),
    ...[...skipped].map((key) => `\nskipped ${key}`),
    ...loaded.map(({ name, sha256 }) => `\nmapping ${name} ${sha256}`),
    ...expiries.map((expiry) => `\nexpired ${JSON.stringify(expiry)}`),
  ].sort();
  const mappings = new Map(loaded.map(({ name, mapping }) => [name, mapping]));
  const foldDigest = digestOf(codeDigest, decided);
  return { foldDigest, redactions, released, skipped, mappings, expiries };
}

function digestOf(codeDigest: string, decided: readonly string[]): string {
  if (decided.length === 0) return codeDigest;
  const hash = createHash('sha256').update(codeDigest);
  for (const decision of decided) hash.update(decision);
  return hash.digest('hex').slice(0, 16);
}
