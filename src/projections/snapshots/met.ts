import { columnList, setExcluded } from '../sql-text.ts';
import { readingColumnNames, stagedReadingColumns } from './tables.ts';

const key = 'source, source_coin_id, quote_currency, observed_at';
const sameKey = (a: string, b: string): string =>
  ['source', 'source_coin_id', 'quote_currency', 'observed_at']
    .map((column) => `${a}.${column} = ${b}.${column}`)
    .join(' and ');

/**
 * What became of each record, counted per event, after `takeNew` left some rows out. A record is accepted when one of
 * its quotes is the first of its observation, revised when one says something else than the last one of that
 * observation, else a duplicate. Notes in `gained` how many observations each source coin gains, and in `met` those
 * that several records speak of.
 */
export const countMet = `
  with standing as materialized (
    select s.source, s.source_coin_id, s.quote_currency, s.observed_at, s.stream, s.version, s.record_index,
      s.content_digest, k.content_digest as known,
      (k.stream, k.version, k.record_index) = (s.stream, s.version, s.record_index) as is_own
    from staged s
    -- Lateral with a limit: a lookup per staged row, whatever the planner thinks of a table without statistics.
    cross join lateral (
      select k.stream, k.version, k.record_index, k.content_digest from snapshot k
      where ${sameKey('k', 's')} limit 1) k
  ), compared as materialized (
    select *, bool_or(is_own) over (partition by ${key}) as is_new,
      lag(content_digest) over (partition by ${key} order by stream, version, record_index) as before
    from standing
  ), judged as materialized (
    select *, coalesce(before, case when not is_new then known end) as previous from compared
  ), met_by as (
    insert into met (${key}) select distinct ${key} from judged where not is_own
  ), noted as (
    insert into gained (source, source_coin_id, snapshots)
    select source, source_coin_id, count(*) from judged where previous is null group by source, source_coin_id
  ), records as (
    select stream, version, record_index, bool_or(previous is null) as accepted,
      bool_or(previous <> content_digest) as revised
    from judged group by stream, version, record_index
  )
  select stream, version, count(*) filter (where accepted) as accepted,
    count(*) filter (where not accepted and revised) as revised,
    count(*) filter (where not accepted and revised is not true) as duplicates
  from records group by stream, version`;

const all = columnList(readingColumnNames);
const said = `partition by ${key}, stream, content_digest`;
// Offset 0: a look-up per observation, whatever the planner thinks of tables without statistics.
const standing = (table: string): string =>
  `select r.* from met m cross join lateral (
    select ${all} from ${table} k where ${sameKey('k', 'm')} offset 0) r`;

/**
 * Brings together all that was ever said of the observations in `met`. Of each thing said by a stream the first and the
 * last record are kept, which any order of writing finds the same; of the last ones the latest stands, and the others
 * are revisions.
 */
export const mergeMet = [
  `insert into reading (${all})
  select ${columnList(stagedReadingColumns)}, first_version, first_index
  from (
    select *, row_number() over (${said} order by version desc, record_index desc) as place,
      first_value(since_version) over by_age as first_version, first_value(since_index) over by_age as first_index
    from (
      ${standing('snapshot')}
      union all ${standing('snapshot_revision')}
      union all
      select ${columnList(stagedReadingColumns)}, version, record_index from staged join met using (${key})
    ) said
    window by_age as (${said} order by since_version, since_index rows between unbounded preceding and unbounded following)
  ) aged
  where place = 1`,
  `insert into snapshot (${all})
  select distinct on (${key}) ${all} from reading
  order by ${key}, stream desc, version desc, record_index desc
  on conflict (${key}) do update set ${setExcluded(readingColumnNames)}`,
  `delete from snapshot_revision r using met m where ${sameKey('r', 'm')}`,
  `insert into snapshot_revision (${all})
  select ${all} from reading r
  where not exists (
    select from snapshot k where ${sameKey('k', 'r')} and k.stream = r.stream and k.content_digest = r.content_digest)`,
].join(';\n');
