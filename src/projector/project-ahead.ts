import type { Checkpoints } from './batch.ts';
import { foldAhead } from './fold-ahead.ts';
import { createBatchFolder, startFoldThread } from './fold-thread.ts';
import { eventsBetween, type ProjectDeps } from './project.ts';
import { readFoldedBefore } from './folded-before.ts';
import { readCheckpoints } from './schema.ts';
import type { WriteTarget } from './write-batch.ts';
import { writeFolded } from './write-folded.ts';

/** A thread takes a fifth of a second to start, which so many pages of 250 coins take to be folded. */
export const threadFromEvents = 100;

export type AheadResult =
  { kind: 'projected'; events: number; rows: number; version: number } | { kind: 'not_ours'; reason: string };

export interface AheadDeps extends ProjectDeps {
  /** In one commit; at least what is read at once. */
  rowsPerCommit: number;
}

/**
 * Folds everything up to a position into a read model that is far behind it, commit by commit, and tells of each. Reading
 * and folding go on while the commit before is written.
 */
export async function* projectAhead(
  deps: AheadDeps,
  target: WriteTarget,
  upTo: Checkpoints,
): AsyncGenerator<AheadResult> {
  const { sql, archive, limits, rowsPerCommit } = deps;
  const { schema, decisions } = target;
  const source = { sql, archive, redactions: decisions.redactions };
  for (;;) {
    const from = await readCheckpoints(sql, schema);
    const left = eventsBetween(from, upTo);
    if (left === 0) return;
    const before = await readFoldedBefore(sql, target, upTo.keys());
    const folder = left < threadFromEvents ? createBatchFolder(before) : startFoldThread(before);
    try {
      const atOnce = { batch: limits, rows: rowsPerCommit };
      for await (const folded of foldAhead(source, atOnce, { from, upTo }, folder)) {
        const written = await writeFolded(deps, target, folded, Infinity);
        if (written.kind === 'not_ours') {
          yield written;
          return;
        }
        const { events, rows, version } = written;
        yield { kind: 'projected', events, rows, version };
        // What follows was folded as if that event counted: it is folded anew, from what is written.
        if (written.putAside) break;
      }
    } finally {
      await folder.close();
    }
  }
}
