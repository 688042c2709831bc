import type { Checkpoints } from './batch.ts';
import { foldAhead } from './fold-ahead.ts';
import { createBatchFolder, startFoldThread } from './fold-thread.ts';
import { eventsBetween, type ProjectDeps } from './project.ts';
import { readCheckpoints, readDrifts } from './schema.ts';
import type { WriteTarget } from './write-batch.ts';
import { writeFolded } from './write-folded.ts';

/** A thread takes a third of a second to start, which so many pages of 250 coins take to be folded. */
const threadFromEvents = 100;

export type AheadResult =
  { kind: 'projected'; events: number; rows: number } | { kind: 'not_ours'; reason: string };

/**
 * Folds everything up to a position into a read model that nobody else writes, batch by batch, and tells of each. Reading
 * and folding go on while the batch before is written.
 */
export async function* projectAhead(
  deps: ProjectDeps,
  target: WriteTarget,
  upTo: Checkpoints,
): AsyncGenerator<AheadResult> {
  const { sql, archive, limits } = deps;
  const { schema, decisions } = target;
  const source = { sql, archive, redactions: decisions.redactions };
  for (;;) {
    const from = await readCheckpoints(sql, schema);
    const left = eventsBetween(from, upTo);
    if (left === 0) return;
    const before = { drifts: await readDrifts(sql, schema, upTo.keys()), decisions };
    const folder = left < threadFromEvents ? createBatchFolder(before) : startFoldThread(before);
    try {
      for await (const folded of foldAhead(source, limits, { from, upTo }, folder)) {
        const written = await writeFolded(deps, target, folded, limits.records);
        if (written.kind === 'not_ours') {
          yield written;
          return;
        }
        yield { kind: 'projected', events: written.events, rows: written.rows };
        // What follows was folded as if that event counted: it is folded anew, from what is written.
        if (written.putAside) break;
      }
    } finally {
      await folder.close();
    }
  }
}
