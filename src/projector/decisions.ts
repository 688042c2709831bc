import { createHash } from 'node:crypto';
import type { Queryable } from '../database/client.ts';
import { readRedactions } from '../log/redactions.ts';
import type { Redactions } from '../log/stored-event.ts';

/** What the folds obey besides an event itself: what operators have decided about it. */
export interface Decisions {
  /** Of the folds' code and of what they obey: a read model made by another is rebuilt beside it and swapped. */
  foldDigest: string;
  redactions: Redactions;
}

/** A redaction changes what was folded long ago, and so it changes the digest. */
export async function readDecisions(sql: Queryable, codeDigest: string): Promise<Decisions> {
  const redactions = await readRedactions(sql);
  if (redactions.size === 0) return { foldDigest: codeDigest, redactions };
  const hash = createHash('sha256').update(codeDigest);
  for (const key of [...redactions].sort()) hash.update(`\n${key}`);
  return { foldDigest: hash.digest('hex').slice(0, 16), redactions };
}
