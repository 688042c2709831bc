import { getTableConfig } from '../../drizzle.ts';
import { keyColumns } from '../read-table.ts';
import { columnList, setExcluded } from '../sql-text.ts';
import { listing, listingTable } from './tables.ts';

const columns = getTableConfig(listing).columns.map((column) => ({
  name: column.name,
  type: column.getSQLType(),
}));
const names = columns.map(({ name }) => name);
const definitions = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
const keys = keyColumns(listingTable);
const key = columnList(keys);

/**
 * $1: the rows as a JSON list with the columns' names as keys. Tells of each event how many of its records were the
 * first of their coin, how many said something else than the one before, and how many the same.
 *
 * A row is written only when it says something else: of 19,000 coins a day some dozens are. What it is compared with is
 * the record before it, in this batch or in the table, so that the record a row stems from is the same one however the
 * log is cut into batches. The streams need no order among each other, for each has rows of its own.
 */
export const writeListings = `
  with given as materialized (
    select *, lag(content_digest) over (partition by ${key} order by version, record_index) as before
    from jsonb_to_recordset($1::text::jsonb) as r (${definitions})
  ), judged as materialized (
    select g.*, coalesce(g.before, k.content_digest) as previous
    from given g
    -- Lateral with a limit: a look-up per record, whatever the planner thinks of a table without statistics.
    left join lateral (
      select l.content_digest from listing l
      where ${keys.map((column) => `l.${column} = g.${column}`).join(' and ')} limit 1) k on true
  ), written as (
    insert into listing (${columnList(names)})
    select distinct on (${key}) ${columnList(names)} from judged
    where previous is distinct from content_digest
    order by ${key}, version desc, record_index desc
    on conflict (${key}) do update set ${setExcluded(names)}
  )
  select stream, version, count(*) filter (where previous is null) as accepted,
    count(*) filter (where previous <> content_digest) as revised,
    count(*) filter (where previous = content_digest) as duplicates
  from judged group by stream, version`;
