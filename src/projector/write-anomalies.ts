import type { Transaction } from '../database/client.ts';
import { writeRaised, writeResolved } from '../projections/anomalies/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';

/** Writes what the monitor found in a batch. Nothing is raised again once it was, so raising comes first. */
export async function writeAnomalies(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const changes = batch.flatMap((folded) => (folded.kind === 'folded' ? (folded.anomaly ?? []) : []));
  const raised = changes.flatMap((change) => (change.kind === 'raised' ? change.row : []));
  // Of several the first counts.
  const resolved = new Map(
    changes
      .toReversed()
      .flatMap((change) => (change.kind === 'resolved' ? [[change.row.anomaly_id, change.row]] : [])),
  );
  if (raised.length > 0) await tx.unsafe(writeRaised, [storableJson(raised)]);
  if (resolved.size > 0) await tx.unsafe(writeResolved, [storableJson([...resolved.values()])]);
}
