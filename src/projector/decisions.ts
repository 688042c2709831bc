import { createHash } from 'node:crypto';
import type { Queryable } from '../database/client.ts';
import { readReleased } from '../control/record-decisions.ts';
import { readRedactions } from '../log/redactions.ts';
import type { Redactions } from '../log/stored-event.ts';

/** What the folds obey besides an event itself: what operators have decided about it. */
export interface Decisions {
  /** Of the folds' code and of what they obey: a read model made by another is rebuilt beside it and swapped. */
  foldDigest: string;
  redactions: Redactions;
  /** Records that no contract puts aside any more, by their keys. */
  released: ReadonlySet<string>;
}

/** A redaction or a release changes what was folded long ago, and so it changes the digest. */
export async function readDecisions(sql: Queryable, codeDigest: string): Promise<Decisions> {
  const [redactions, released] = [await readRedactions(sql), await readReleased(sql)];
  if (redactions.size + released.size === 0) return { foldDigest: codeDigest, redactions, released };
  const hash = createHash('sha256').update(codeDigest);
  for (const key of [...redactions].sort()) hash.update(`\n${key}`);
  for (const key of [...released].sort()) hash.update(`\nreleased ${key}`);
  return { foldDigest: hash.digest('hex').slice(0, 16), redactions, released };
}
