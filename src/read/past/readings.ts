import type { Fragment, Queryable } from '../../database/client.ts';
import { decimalColumns } from '../../projections/columns.ts';
import type { Moment } from './moment.ts';

/** What every reading has; `version` and `record_index` are of the last record that had said it by then. */
export const readingColumns: readonly string[] = [
  'symbol',
  'name',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'stream',
  'version',
  'record_index',
];

/** Which source coin, and when, in the words of the statement around it. */
export interface Asked {
  source: Fragment;
  sourceCoinId: Fragment;
  currency: Fragment;
  /** Conditions on `observed_at`. */
  observed: Fragment;
}

const newestFirst = (sql: Queryable): Fragment =>
  sql`observed_at desc, stream desc, version desc, record_index desc`;

const without = new Set(['version', 'record_index']);

/**
 * The readings of a source coin that were shown with a version: of the rows that stand those that had been folded by
 * then and no swap brought in later, of those that were revised the ones before, and what a swap took away since. Each
 * branch is one range of a key. `limit`: of the newest only, per branch.
 */
export function shownReadings(
  sql: Queryable,
  { known }: Moment,
  asked: Asked,
  limit: number | null,
): Fragment {
  const checkpoints = sql`${sql.json(known.checkpoints)}::jsonb`;
  const seen = (row: string) => sql`(${checkpoints} ->> ${sql.unsafe(row)}.stream)::bigint`;
  const only = limit === null ? sql`` : sql`order by ${newestFirst(sql)} limit ${limit}`;
  const key = (row: string) => {
    const r = sql.unsafe(row);
    return sql`${r}.source = ${asked.source} and ${r}.source_coin_id = ${asked.sourceCoinId}
      and ${r}.quote_currency = ${asked.currency}`;
  };
  const said = sql.unsafe(
    readingColumns
      .filter((column) => !without.has(column))
      .map((column) => `s.${column}`)
      .join(', '),
  );
  const last = sql`case when s.version <= ${seen('s')} then s.version else s.since_version end as version,
    case when s.version <= ${seen('s')} then s.record_index else s.since_index end as record_index`;
  const standing = (table: 'snapshot' | 'snapshot_revision') => sql`(
    select ${said}, ${last} from read.${sql(table)} s
    where ${key('s')} and ${asked.observed} and s.since_version <= ${seen('s')}
      and not exists (
        select from control.correction c
        where ${key('c')} and c.observed_at = s.observed_at and c.stream = s.stream
          and c.since_version = s.since_version and c.since_index = s.since_index
          and c.to_version is null and c.from_version > ${known.version})
    ${only})`;
  const withdrawn = sql`(
    select ${said}, ${last}
    from control.correction c cross join lateral jsonb_populate_record(null::read.snapshot, c.reading) s
    where ${key('c')} and ${sql`c.observed_at`} = s.observed_at and ${asked.observed}
      and c.since_version <= (${checkpoints} ->> c.stream)::bigint
      and c.from_version <= ${known.version} and c.to_version > ${known.version} and c.reading is not null
    ${only})`;
  return sql`${standing('snapshot')} union all ${standing('snapshot_revision')} union all ${withdrawn}`;
}

/** The newest reading of a source coin at a moment. */
export function newestReading(sql: Queryable, moment: Moment, asked: Asked): Fragment {
  if (!moment.isCurrent)
    return sql`select * from (${shownReadings(sql, moment, asked, 1)}) shown order by ${newestFirst(sql)} limit 1`;
  return sql`select ${sql(readingColumns)} from read.snapshot s
    where s.source = ${asked.source} and s.source_coin_id = ${asked.sourceCoinId}
      and s.quote_currency = ${asked.currency} and ${asked.observed}
    order by s.observed_at desc limit 1`;
}

/** Of each observation of a source coin the reading that was shown. */
export const observations = (sql: Queryable, moment: Moment, asked: Asked): Fragment =>
  sql`select distinct on (observed_at) * from (${shownReadings(sql, moment, asked, null)}) shown
    order by ${newestFirst(sql)}`;
