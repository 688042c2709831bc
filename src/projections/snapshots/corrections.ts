import { columnList } from '../sql-text.ts';

/** Which reading it is. */
const key = [
  'source',
  'source_coin_id',
  'quote_currency',
  'observed_at',
  'stream',
  'since_version',
  'since_index',
];
const keyOf = (row: string): string => key.map((column) => `${row}.${column}`).join(', ');
const sameKey = (a: string, b: string): string =>
  key.map((column) => `${a}.${column} = ${b}.${column}`).join(' and ');

/** What follows from the rest of a reading. */
const derived: ReadonlySet<string> = new Set([...key, 'id', 'processed_at', 'content_digest']);

/** Beside the read model that is being made; it goes before that one is shown. */
const noted = 'read_next.noted_correction';

/** `shown`: it was, and will not be any more. With which version that comes to be is not known yet. */
export const createNoted = `
  create table ${noted} (
    source text, source_coin_id text, quote_currency text, observed_at timestamptz, stream text, since_version bigint,
    since_index int, shown boolean, reading jsonb)`;
export const dropNoted = `drop table ${noted}`;

/**
 * The statements that note which readings the two read models tell otherwise. A reading stands in one of two tables,
 * according to what came after it, and is the same in either. Only columns that both sides have are compared: a value
 * that is new in this version of coinlog was not wrong before.
 */
export function noteStatements(columns: readonly string[]): { ahead: string; rest: string } {
  const readings = (schema: string, where: string): string =>
    ['snapshot', 'snapshot_revision']
      .map((table) => `select ${columnList(columns)} from ${schema}.${table} r where ${where}`)
      .join(' union all ');
  const said = (row: string): string =>
    `(${columns
      .filter((column) => !derived.has(column))
      .map((column) => `${row}.${column}`)
      .join(', ')})`;
  const differ = `(l.id is null or n.id is null or ${said('l')} is distinct from ${said('n')})`;
  // $3: from when on the history is kept; what goes for its age is no correction.
  const kept = `r.observed_at >= $3`;
  // $1: the keys of redacted events, whose readings are noted without what they said.
  const write = `
    insert into ${noted}
    select ${keyOf('l')}, true, case when (l.stream || ':' || l.since_version) <> all ($1::text[]) then to_jsonb(l) end
    from differing d cross join lateral (select (d.l).*) l where (d.l).id is not null
    union all
    select ${keyOf('n')}, false, null from differing d cross join lateral (select (d.n).*) n where (d.n).id is not null`;
  const folded = `r.since_version <= ($2::text::jsonb ->> r.stream)::bigint and ${kept}`;
  const since = `${kept} and r.processed_at >= $4 and r.version > coalesce(($2::text::jsonb ->> r.stream)::bigint, 0)`;
  return {
    // $2: how far both have been folded, as a JSON object of versions by stream.
    ahead: `
      with differing as materialized (
        select l, n from (${readings('read', folded)}) l
        full join (${readings('read_next', folded)}) n on ${sameKey('l', 'n')}
        where ${differ})
      ${write}`,
    // $2: the same; $4: when the first event behind it was recorded, so that an index finds what came since.
    rest: `
      with touched as materialized (
        select ${columnList(key)} from (${readings('read', since)}) r
        union select ${columnList(key)} from (${readings('read_next', since)}) r
      ), outdated as (delete from ${noted} o using touched t where ${sameKey('o', 't')}),
      differing as materialized (
        select l, n from touched t
        left join lateral (${readings('read', sameKey('r', 't'))} offset 0) l on true
        left join lateral (${readings('read_next', sameKey('r', 't'))} offset 0) n on true
        where ${differ})
      ${write}`,
  };
}

/** $1: the version that the swap makes. What was noted becomes known: shown until then, or shown from then on. */
export const keepWithdrawn = `
  insert into control.correction (${columnList(key)}, from_version, to_version, reading)
  select ${keyOf('w')}, coalesce(c.from_version, 0), $1, w.reading
  from ${noted} w left join control.correction c on ${sameKey('c', 'w')} and c.to_version is null
  where w.shown
  on conflict (${columnList(key)}, from_version)
    do update set to_version = excluded.to_version, reading = excluded.reading`;
export const keepCorrected = `
  insert into control.corrected (source, source_coin_id, quote_currency)
  select distinct source, source_coin_id, quote_currency from ${noted} where shown
  on conflict do nothing`;
export const keepIntroduced = `
  insert into control.correction (${columnList(key)}, from_version)
  select ${keyOf('w')}, $1 from ${noted} w where not w.shown
  on conflict do nothing`;

/** $1: the keys of redacted events. What they said is not to be told any more, as it was or otherwise. */
export const redactCorrections = `
  update control.correction set reading = null
  where reading is not null and (stream || ':' || since_version) = any ($1::text[])`;
