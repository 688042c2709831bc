import type { Queryable } from '../../database/client.ts';
import { identityStream } from '../../identity/events.ts';
import { compareCoins, type SourceCoinRef } from '../../identity/source-coin.ts';
import { ownCoinId, sourceCoinOf } from '../../projections/identity/own-coin-id.ts';
import { candidatesOf, resolveCoinId } from '../graphql/coin-ids.ts';
import type { Moment } from './moment.ts';

/** A source's coin, and which coin it was. */
export interface Member extends SourceCoinRef {
  coinId: string;
}

type Found = SourceCoinRef & { coinId: string | null };

const asMember = ({ source, sourceCoinId, coinId }: Found): Member => ({
  source,
  sourceCoinId,
  coinId: coinId ?? ownCoinId(source, sourceCoinId),
});

const decidedUntil = ({ known }: Moment): number => known.checkpoints[identityStream] ?? 0;

/** Which coin each source's coin was; those that no source ever named are left out. */
async function membersOf(
  sql: Queryable,
  moment: Moment,
  refs: readonly SourceCoinRef[] | null,
): Promise<Member[]> {
  // Those that a rebuild has taken back were shown all the same.
  const ever = sql`(
    select source, source_coin_id from read.source_coin
    union select source, source_coin_id from control.corrected) known`;
  const among =
    refs === null
      ? ever
      : sql`(
        select distinct * from unnest(${refs.map(({ source }) => source)}::text[],
          ${refs.map(({ sourceCoinId }) => sourceCoinId)}::text[]) as r (source, source_coin_id)) asked
        join ${ever} using (source, source_coin_id)`;
  if (moment.isCurrent)
    return (
      await sql<Found[]>`
        select source, source_coin_id, l.coin_id from ${among} join read.identity_link l using (source, source_coin_id)`
    ).map(asMember);
  const found = await sql<Found[]>`
    select source, source_coin_id, (
      select h.coin_id from read.link_history h
      where h.source = known.source and h.source_coin_id = known.source_coin_id
        and h.since_version <= ${decidedUntil(moment)}
      order by h.since_version desc limit 1) as coin_id
    from ${among}`;
  return found.map(asMember);
}

/** The source coins that some coins were; of all coins where none are named. */
export async function readMembers(
  sql: Queryable,
  moment: Moment,
  coinIds: readonly string[] | null,
): Promise<Member[]> {
  if (coinIds === null) return membersOf(sql, moment, null);
  const ever = await sql<SourceCoinRef[]>`
    select source, source_coin_id from read.link_history where coin_id = any(${[...coinIds]})
    union
    select source, source_coin_id from read.identity_link where coin_id = any(${[...coinIds]})`;
  const refs = [...ever, ...coinIds.flatMap((id) => sourceCoinOf(id) ?? [])];
  const wanted = new Set(coinIds);
  return (await membersOf(sql, moment, refs)).filter(({ coinId }) => wanted.has(coinId));
}

/**
 * The coin that an id led to then: itself, or that of a source's coin; an id that has become another coin's since, or
 * was not given yet, leads to what its first source coin was. Null where nothing is called so.
 */
export async function resolvePastCoinId(
  sql: Queryable,
  moment: Moment,
  id: string,
  sources: readonly string[],
): Promise<string | null> {
  if (moment.isCurrent) return resolveCoinId(sql, id, sources);
  if ((await readMembers(sql, moment, [id])).length > 0) return id;
  const candidates = candidatesOf(id, sources);
  const members = await membersOf(sql, moment, candidates);
  for (const { source, sourceCoinId } of candidates) {
    const found = members.find((one) => one.source === source && one.sourceCoinId === sourceCoinId);
    if (found) return found.coinId;
  }
  const now = await resolveCoinId(sql, id, sources);
  if (now === null) return null;
  const present = await readMembers(sql, { ...moment, isCurrent: true }, [now]);
  const [first] = (await membersOf(sql, moment, present)).sort(compareCoins);
  return first?.coinId ?? null;
}
