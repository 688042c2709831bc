/** $1: a JSON list of `{stream, state}`. */
export const writeFeedDrifts = `
  insert into feed_drift (stream, state)
  select stream, state from jsonb_to_recordset($1::text::jsonb) as f (stream text, state jsonb)
  on conflict (stream) do update set state = excluded.state`;

/** $1: one report as JSON, with the columns' names as keys. The same difference again widens the row that is there. */
export const writeDrift = `
  insert into drift (drift_id, source, stream, kind, path, before, after, count, sample, score_percent, params,
    first_version, last_version, reported_at)
  select drift_id, source, stream, kind, path, before, after, count, sample, score_percent, params, first_version,
    last_version, reported_at
  from jsonb_to_record($1::text::jsonb) as d (drift_id text, source text, stream text, kind text, path text,
    before text, after text, count bigint, sample jsonb, score_percent bigint, params jsonb, first_version bigint,
    last_version bigint, reported_at timestamptz)
  on conflict (drift_id) do update set
    count = drift.count + excluded.count,
    first_version = least(drift.first_version, excluded.first_version),
    last_version = greatest(drift.last_version, excluded.last_version)`;
