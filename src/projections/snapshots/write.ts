import { decimalColumns } from '../columns.ts';
import { columnList, setExcluded } from '../sql-text.ts';

const columns = [
  'id',
  'source',
  'source_coin_id',
  'quote_currency',
  'symbol',
  'name',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'processed_at',
  'stream',
  'version',
  'record_index',
  'content_digest',
];

/**
 * What became of each record, counted per event. A record is accepted when one of its quotes is the first of its
 * observation, revised when one says something else than the last one of that observation, else a duplicate. Notes in
 * `gained` how many observations each source coin gains: those that do not stand there yet.
 * Runs before the rows are written: it compares with what stands there, and asks for that only once.
 */
export const countOutcomes = `
  with compared as materialized (
    select s.source, s.source_coin_id, s.stream, s.version, s.record_index, s.content_digest,
      coalesce(
        lag(s.content_digest) over (
          partition by s.source, s.source_coin_id, s.quote_currency, s.observed_at
          order by s.stream, s.version, s.record_index),
        known.content_digest) as previous
    from staged s
    -- Lateral with a limit: a lookup per staged row, whatever the planner thinks of a table without statistics.
    left join lateral (
      select k.content_digest from snapshot k
      where k.source = s.source and k.source_coin_id = s.source_coin_id
        and k.quote_currency = s.quote_currency and k.observed_at = s.observed_at
      limit 1) known on true
  ), noted as (
    insert into gained (source, source_coin_id, snapshots)
    select source, source_coin_id, count(*) from compared where previous is null group by source, source_coin_id
  ), records as (
    select stream, version, record_index, bool_or(previous is null) as accepted,
      bool_or(previous <> content_digest) as revised
    from compared group by stream, version, record_index
  )
  select stream, version, count(*) filter (where accepted) as accepted,
    count(*) filter (where not accepted and revised) as revised,
    count(*) filter (where not accepted and revised is not true) as duplicates
  from records group by stream, version`;

/** Of one observation the latest event's record wins, so that any order of writing ends the same. */
export const writeSnapshots = `
  insert into snapshot (${columnList(columns)})
  select distinct on (source, source_coin_id, quote_currency, observed_at) ${columnList(columns)}
  from staged
  order by source, source_coin_id, quote_currency, observed_at, stream desc, version desc, record_index desc
  on conflict (source, source_coin_id, quote_currency, observed_at) do update set ${setExcluded(columns)}
  where (excluded.stream, excluded.version, excluded.record_index)
    > (snapshot.stream, snapshot.version, snapshot.record_index)`;
