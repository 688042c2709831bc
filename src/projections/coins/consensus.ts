import { decimalColumns } from '../columns.ts';
import { columnList, setExcluded } from '../sql-text.ts';

const values = [...Object.values(decimalColumns), 'rank'];
const judged = [...values, 'method', 'spread_percent', 'quotes_used', 'quotes_total', 'observed_at'];
const described = ['symbol', 'name', 'image_url'];
const columns = [...described, ...judged, 'linked_sources', 'changed_version'];
const compared = columns.filter((column) => column !== 'changed_version');

/** Notes in `changed_coin` the coins of the staged rows, once their links are written. */
export const noteStagedCoins = `
  insert into changed_coin (coin_id)
  select l.coin_id
  from (select distinct source, source_coin_id from staged) t
  cross join lateral (
    select k.coin_id from identity_link k
    where k.source = t.source and k.source_coin_id = t.source_coin_id limit 1) l`;

export const noteAllCoins = 'insert into changed_coin (coin_id) select coin_id from identity_link';

/**
 * The source coins linked to a coin that records have come of, as `s`. A look-up per link: as a plain join, once
 * `source_coin` had statistics and the links had none yet, every coin read all source coins (109 s of 112 for 30,000
 * decisions).
 */
const sourceCoinsOf = (coinId: string): string => `(
    select k.source, k.source_coin_id, k.symbol, k.name, k.image_url
    from (select l.source, l.source_coin_id from identity_link l where l.coin_id = ${coinId} offset 0) l
    cross join lateral (
      select k.* from source_coin k
      where k.source = l.source and k.source_coin_id = l.source_coin_id limit 1) k) s`;

/** How many source coins each changed coin has, and one of them, into `member`. */
export const countMembers = `
  insert into member (coin_id, members, source, source_coin_id)
  select k.coin_id, m.members, m.source, m.source_coin_id
  from (select distinct coin_id from changed_coin) k
  cross join lateral (
    select count(*) as members, min(s.source) as source, min(s.source_coin_id) as source_coin_id
    from ${sourceCoinsOf('k.coin_id')}) m`;

/** A coin whose source coins have all become another one is none any more. */
export const deleteLeftCoins = `
  delete from coin c using member m where m.coin_id = c.coin_id and m.members = 0`;

const upsert = `
  on conflict (coin_id) do update set ${setExcluded(columns)}
  where (${compared.map((column) => `coin.${column}`).join(', ')})
    is distinct from (${compared.map((column) => `excluded.${column}`).join(', ')})`;
const nextVersion = '(select version + 1 from read_model)';

/** Coins of a single source coin: its USD quote is all there is to agree on. */
export const writeSingleCoins = `
  insert into coin (coin_id, ${columnList(columns)})
  select m.coin_id, c.symbol, c.name, c.image_url, ${values.map((column) => `q.${column}`).join(', ')},
    case when q.price is null then 'none' else 'only' end, null, case when q.price is null then 0 else 1 end,
    (select count(*) from quote a where a.source = m.source and a.source_coin_id = m.source_coin_id),
    q.observed_at, 1, ${nextVersion}
  from member m
  cross join lateral (
    select k.symbol, k.name, k.image_url from source_coin k
    where k.source = m.source and k.source_coin_id = m.source_coin_id limit 1) c
  left join lateral (
    select k.* from quote k
    where k.source = m.source and k.source_coin_id = m.source_coin_id and k.quote_currency = 'USD' and k.price > 0
    limit 1) q on true
  where m.members = 1
  ${upsert}`;

/** $1: after which coin, $2: how many. Coins that several source coins share, in their order. */
export const readSharedCoins = `
  select coin_id from member where members > 1 and coin_id > $1 order by coin_id limit $2`;

/** $1: coins. Every quote of each. */
export const readSharedQuotes = `
  select l.coin_id, q.*
  from unnest($1::text[]) as k (coin_id)
  cross join lateral (
    select l.coin_id, l.source, l.source_coin_id from identity_link l where l.coin_id = k.coin_id offset 0) l
  cross join lateral (
    select q.source, q.source_coin_id, q.quote_currency as currency, ${values.map((column) => `q.${column}`).join(', ')}, q.observed_at
    from quote q where q.source = l.source and q.source_coin_id = l.source_coin_id offset 0) q`;

/** Whose name a coin bears: as `compareCoins` orders them. */
const precedence = `
  case s.source when 'coingecko' then 0 when 'coinpaprika' then 1 when 'csv' then 3 else 2 end,
  s.source collate "C", s.source_coin_id collate "C"`;

/** $1: the consensus of each coin as a JSON list with the columns' names as keys. */
export const writeSharedCoins = `
  insert into coin (coin_id, ${columnList(columns)})
  select j.coin_id, c.symbol, c.name, i.image_url, ${judged.map((column) => `j.${column}`).join(', ')},
    n.linked_sources, ${nextVersion}
  from jsonb_to_recordset($1::text::jsonb) as j (coin_id text, ${Object.values(decimalColumns)
    .map((column) => `${column} numeric`)
    .join(', ')}, rank int, method text, spread_percent numeric, quotes_used int, quotes_total int,
    observed_at timestamptz)
  cross join lateral (
    select s.symbol, s.name from ${sourceCoinsOf('j.coin_id')}
    order by s.symbol is null, ${precedence} limit 1) c
  left join lateral (
    select s.image_url from ${sourceCoinsOf('j.coin_id')}
    where s.image_url is not null order by ${precedence} limit 1) i on true
  cross join lateral (
    select count(distinct s.source) as linked_sources from ${sourceCoinsOf('j.coin_id')}) n
  ${upsert}`;
