import { setExcluded } from '../sql-text.ts';

/** $1: rows as a JSON list with the columns' names as keys, one per record: the last decision. */
export const writeRecordDecisions = `
  insert into rejected_decision (stream, version, record_index, status, reason, decided_at, source, run_id, line,
    issues, recorded_at)
  select stream, version, record_index, status, reason, decided_at, source, run_id, line, issues, recorded_at
  from jsonb_to_recordset($1::text::jsonb) as d (stream text, version bigint, record_index int, status text,
    reason text, decided_at timestamptz, source text, run_id text, line int, issues jsonb,
    recorded_at timestamptz)
  on conflict (stream, version, record_index) do update set
    ${setExcluded(['status', 'reason', 'decided_at', 'source', 'run_id', 'line', 'issues', 'recorded_at'])}`;

/** $1: rows as a JSON list with the columns' names as keys. A drift is acknowledged once. */
export const writeAcknowledgements = `
  insert into drift_acknowledgement (drift_id, reason, acknowledged_at)
  select drift_id, reason, acknowledged_at
  from jsonb_to_recordset($1::text::jsonb) as a (drift_id text, reason text, acknowledged_at timestamptz)
  on conflict do nothing`;

/** $1: rows as a JSON list with the columns' names as keys. An anomaly is acknowledged once. */
export const writeAnomalyAcknowledgements = `
  insert into anomaly_acknowledgement (anomaly_id, reason, acknowledged_at)
  select anomaly_id, reason, acknowledged_at
  from jsonb_to_recordset($1::text::jsonb) as a (anomaly_id text, reason text, acknowledged_at timestamptz)
  on conflict do nothing`;
