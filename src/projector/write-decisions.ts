import type { Transaction } from '../database/client.ts';
import {
  writeAcknowledgements,
  writeAnomalyAcknowledgements,
  writeRecordDecisions,
} from '../projections/decisions/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';

/** Writes what operators decided in a batch; of two decisions about one record the later one counts. */
export async function writeDecisions(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const decided = batch.flatMap((folded) => (folded.kind === 'folded' ? (folded.decisions ?? []) : []));
  const records = new Map(
    decided
      .flatMap((decision) => decision.records)
      .map((row) => [`${row.stream}:${row.version}:${row.record_index}`, row]),
  );
  if (records.size > 0) await tx.unsafe(writeRecordDecisions, [storableJson([...records.values()])]);
  const acknowledgements = decided.flatMap((decision) => decision.acknowledgements);
  if (acknowledgements.length > 0) await tx.unsafe(writeAcknowledgements, [storableJson(acknowledgements)]);
  const anomalies = decided.flatMap((decision) => decision.anomalyAcknowledgements);
  if (anomalies.length > 0) await tx.unsafe(writeAnomalyAcknowledgements, [storableJson(anomalies)]);
}
