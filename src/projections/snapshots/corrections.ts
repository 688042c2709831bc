import { columnList } from '../sql-text.ts';

const reading = [
  'source',
  'source_coin_id',
  'quote_currency',
  'observed_at',
  'stream',
  'since_version',
  'since_index',
];
const of = (table: string): string => reading.map((column) => `${table}.${column}`).join(', ');

/** What a reading says apart from which one it is, and from the records that said it again. */
const notSaid: ReadonlySet<string> = new Set([
  ...reading,
  'id',
  'processed_at',
  'version',
  'record_index',
  'content_digest',
]);

/**
 * The statements that note what a swap changes in one table of readings, with the version it makes as $1 and the keys
 * of redacted events as $2. Only columns that both sides have are compared: a value that is new in this version of
 * coinlog was not wrong before. A redacted reading is noted without what it said.
 */
export function correctionStatements(
  table: string,
  columns: readonly string[],
): { withdraw: string; introduce: string } {
  const said = columns.filter((column) => !notSaid.has(column));
  const row = (side: string): string => `(${said.map((column) => `${side}.${column}`).join(', ')})`;
  const compare = (mine: string, mySide: string, other: string, otherSide: string): string => `
    from ${mine}.${table} ${mySide} left join ${other}.${table} ${otherSide} using (${columnList(reading)})
    where ${otherSide}.source is null or ${row(mySide)} is distinct from ${row(otherSide)}`;
  return {
    withdraw: `
      insert into control.correction (${columnList(reading)}, from_version, to_version, reading)
      select ${of('w')}, coalesce(c.from_version, 0), $1,
        case when (w.stream || ':' || w.since_version) <> all ($2::text[]) then to_jsonb(w) end
      from (select l.* ${compare('read', 'l', 'read_next', 'n')}) w
      left join control.correction c
        on (${of('c')}) = (${of('w')}) and c.to_version is null
      on conflict (${columnList(reading)}, from_version)
        do update set to_version = excluded.to_version, reading = excluded.reading`,
    introduce: `
      insert into control.correction (${columnList(reading)}, from_version)
      select ${of('n')}, $1 ${compare('read_next', 'n', 'read', 'l')}
      on conflict do nothing`,
  };
}

/** $1: the keys of redacted events. What they said is not to be told any more, as it was or otherwise. */
export const redactCorrections = `
  update control.correction set reading = null
  where reading is not null and (stream || ':' || since_version) = any ($1::text[])`;
