import type { Transaction } from '../database/client.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';

/** Writes what could not be read: single records with what is wrong with them, and events as dead letters. */
export async function writeAside(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const rejected = batch.flatMap((folded) =>
    folded.kind === 'folded' && folded.records
      ? folded.records.rejected.map(({ index, line, issues }) => ({
          stream: folded.event.stream,
          version: folded.event.version,
          record_index: index,
          source: folded.source,
          run_id: folded.event.runId,
          line,
          issues,
          recorded_at: folded.event.recordedAt,
        }))
      : [],
  );
  if (rejected.length > 0)
    await tx`
      insert into rejected_record (stream, version, record_index, source, run_id, line, issues, recorded_at)
      select stream, version, record_index, source, run_id, line, issues, recorded_at
      from jsonb_to_recordset(${storableJson(rejected)}::text::jsonb)
        as r (stream text, version bigint, record_index int, source text, run_id text, line int, issues jsonb,
          recorded_at timestamptz)`;
  await writeCellReports(tx, batch);
  for (const folded of batch)
    if (folded.kind === 'dead')
      await tx`
        insert into dead_letter (stream, version, reason)
        values (${folded.event.stream}, ${folded.event.version}, ${folded.reason})`;
}

async function writeCellReports(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const reports = batch.flatMap((folded) =>
    folded.kind === 'folded' && folded.records
      ? folded.records.cellReports.map(({ index, issues }) => ({
          stream: folded.event.stream,
          version: folded.event.version,
          record_index: index,
          source: folded.source,
          run_id: folded.event.runId,
          issues,
        }))
      : [],
  );
  if (reports.length === 0) return;
  await tx`
    insert into cell_report (stream, version, record_index, source, run_id, issues)
    select stream, version, record_index, source, run_id, issues
    from jsonb_to_recordset(${storableJson(reports)}::text::jsonb)
      as r (stream text, version bigint, record_index int, source text, run_id text, issues jsonb)`;
}
