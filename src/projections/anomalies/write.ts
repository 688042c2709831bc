/** $1: rows as a JSON list with the columns' names as keys. */
export const writeRaised = `
  insert into anomaly (anomaly_id, kind, severity, source, coin_id, message, evidence, raised_at, version)
  select anomaly_id, kind, severity, source, coin_id, message, evidence, raised_at, version
  from jsonb_to_recordset($1::text::jsonb) as r (anomaly_id text, kind text, severity text, source text, coin_id text,
    message text, evidence jsonb, raised_at timestamptz, version bigint)
  on conflict do nothing`;

/** $1: rows as a JSON list with the columns' names as keys, one per anomaly. It is resolved once. */
export const writeResolved = `
  update anomaly a set resolved_at = r.resolved_at, resolved_reason = r.resolved_reason
  from jsonb_to_recordset($1::text::jsonb) as r (anomaly_id text, resolved_at timestamptz, resolved_reason text)
  where a.anomaly_id = r.anomaly_id and a.resolved_at is null`;
