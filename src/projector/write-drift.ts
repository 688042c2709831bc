import type { Transaction } from '../database/client.ts';
import type { FeedDrift } from '../projections/drift/fold.ts';
import { writeDrift, writeFeedDrifts } from '../projections/drift/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';

/** Writes what a batch taught of its feeds' payloads: where each feed stands now, and what was found on the way. */
export async function writeDrifts(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const states = new Map<string, FeedDrift>();
  for (const folded of batch) {
    if (folded.kind === 'dead' || folded.drift === null) continue;
    const { stream, recordedAt } = folded.event;
    states.set(stream, folded.drift.state);
    for (const { id, score, firstVersion, lastVersion, ...report } of folded.drift.reports) {
      const row = {
        ...report,
        drift_id: id,
        source: folded.source,
        stream,
        score_percent: score === null ? null : Math.round(score * 100),
        first_version: firstVersion,
        last_version: lastVersion,
        reported_at: recordedAt.toISOString(),
      };
      await tx.unsafe(writeDrift, [storableJson(row)]);
    }
  }
  if (states.size === 0) return;
  const rows = [...states].map(([stream, state]) => ({ stream, state }));
  await tx.unsafe(writeFeedDrifts, [storableJson(rows)]);
}
