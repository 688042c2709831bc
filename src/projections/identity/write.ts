import { getTableConfig } from '../../drizzle.ts';
import { columnList, setExcluded } from '../sql-text.ts';
import { identityLink } from './tables.ts';

const columns = getTableConfig(identityLink).columns.map((column) => ({
  name: column.name,
  type: column.getSQLType(),
}));
const names = columns.map(({ name }) => name);
const definitions = columns.map(({ name, type }) => `${name} ${type}`).join(', ');

/** The links of source coins that are new and that nobody has decided on. Their first record stands for a decision. */
export const writeOwnLinks = `
  insert into identity_link (${columnList(names)})
  select distinct on (source, source_coin_id) source, source_coin_id, coin_id, 'FIRST_SEEN', 0, 100, '{}'::jsonb,
    stream, version, processed_at
  from staged join first_seen using (source, source_coin_id)
  order by source, source_coin_id, stream, version, record_index
  on conflict (source, source_coin_id) do nothing`;

/** $1: rows as a JSON list with the columns' names as keys. Notes in `changed_coin` where they led and where they lead. */
export const writeLinks = `
  with decided as materialized (
    select ${columnList(names)}
    from jsonb_to_recordset($1::text::jsonb) as d (${definitions})
  ), noted as (
    insert into changed_coin (coin_id)
    select coin_id from decided
    union all
    select k.coin_id from decided d cross join lateral (
      select l.coin_id from identity_link l
      where l.source = d.source and l.source_coin_id = d.source_coin_id limit 1) k
  )
  insert into identity_link (${columnList(names)}) select ${columnList(names)} from decided
  on conflict (source, source_coin_id) do update set ${setExcluded(names)}`;

/** $1: a JSON list with the columns' names as keys. */
export const writeLinkHistory = `
  insert into link_history (${columnList(names)}, since_version)
  select ${columnList(names)}, since_version
  from jsonb_to_recordset($1::text::jsonb) as h (${definitions}, since_version bigint)`;

/** $1: all there are, as a JSON list of `{alias, coin_id}`. */
export const writeAliases = `
  with known as materialized (
    select alias, coin_id from jsonb_to_recordset($1::text::jsonb) as a (alias text, coin_id text)
  ), gone as (
    delete from coin_alias a where not exists (select from known k where k.alias = a.alias)
  )
  insert into coin_alias (alias, coin_id) select alias, coin_id from known
  on conflict (alias) do update set coin_id = excluded.coin_id where coin_alias.coin_id <> excluded.coin_id`;
