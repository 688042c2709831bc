import { hash } from 'node:crypto';
import { resolveCoinIds } from '../../../read/graphql/coin-ids.ts';
import type { ChangedCoin, Changes } from '../../../read/graphql/changed-coins.ts';
import { coinList, type CoinConditions } from '../../../read/graphql/coins.ts';
import { maxPageSize } from '../../../read/graphql/page-request.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { meets } from '../../../read/past/filter.ts';
import { assertFew } from '../known-source.ts';
import { coinOf } from '../types/coin.ts';
import type { CoinsChanged } from '../types/coins-changed.ts';
import type { Hub, SubscriptionField } from './subscription.ts';
import type { View } from './view.ts';

interface CoinsAsked {
  ids?: string[] | null;
  filter?: CoinConditions | null;
  afterVersion?: number | null;
}

/** Ids that are named, led to the coins they mean; without ids those that meet the filter first, in order of rank. */
async function followedIds(
  { ids, filter }: CoinsAsked,
  { sources }: Hub,
  { context }: View,
): Promise<string[]> {
  const { read } = context.reads;
  const named = ids ?? filter?.ids;
  if (named) {
    assertFew(named);
    const resolved = await read((sql) => resolveCoinIds(sql, named, sources));
    return [...new Set(named.map((id) => resolved.get(id) ?? id))];
  }
  const page = await readPage(context.reads, coinList(filter ?? {}, 'RANK', 'asc', []), {
    first: maxPageSize,
  });
  return page.rows.map(({ coinId }) => coinId);
}

/** Pure: what a commit means to one who follows some coins; `left` are those that were told to be gone. */
export function changesFor(
  followed: ReadonlySet<string>,
  isWanted: (row: ChangedCoin) => boolean,
  left: Set<string>,
  { coins, gone }: Changes,
): { rows: ChangedCoin[]; removedIds: string[] } {
  const changed = [...coins].filter(([id]) => followed.has(id)).map(([, row]) => row);
  const rows = changed.filter(isWanted);
  for (const { coinId } of rows) left.delete(coinId);
  const lost = [
    ...changed.filter((row) => !isWanted(row)).map(({ coinId }) => coinId),
    ...gone.filter((id) => followed.has(id)),
  ];
  const removedIds = lost.filter((id) => !left.has(id));
  for (const id of removedIds) left.add(id);
  return { rows, removedIds };
}

const nothing = { coins: [], removedIds: [], resync: false };

/** `coinsChanged`: first the version now, then what each commit has changed of the coins that are followed. */
export const coinsChanged: SubscriptionField = async function* (hub, { args, request, tell }) {
  const asked: CoinsAsked = args;
  const { ids: _ids, ...conditions } = asked.filter ?? {};
  const isWanted = meets(conditions);
  const left = new Set<string>();
  const started = await hub.views.use(0, async (view) => {
    const ids = await followedIds(asked, hub, view);
    const { version, oldest } = view;
    const after = asked.afterVersion ?? version;
    // Of what was before a swap, or is still to come, nothing can be told.
    const resync = after < oldest || after > version;
    const first: CoinsChanged = { ...nothing, version, resync };
    return { ids, told: resync ? version : after, message: await tell(first, view.context) };
  });
  const followed = new Set(started.ids);
  const of = `${request} ${hash('sha256', started.ids.join('\n'), 'base64url')}`;
  const unfollow = hub.followed.add(started.ids);

  /** Null: nothing that is followed has changed. */
  async function messageOf(view: View, told: number) {
    const { version } = view;
    if (told < view.oldest) {
      const event: CoinsChanged = { ...nothing, version, resync: true };
      return view.once(`${request} resync`, () => tell(event, view.context));
    }
    const { rows, removedIds } = changesFor(followed, isWanted, left, await view.changedSince(told));
    if (rows.length === 0 && removedIds.length === 0) return null;
    const coins = () => rows.map((row) => coinOf(row, null));
    return view.once(`${of} ${told} ${removedIds.join()}`, () =>
      tell({ version, coins: coins(), removedIds, resync: false } satisfies CoinsChanged, view.context),
    );
  }

  try {
    let { told } = started;
    yield started.message;
    for (;;) {
      const version = await hub.watch.later(told);
      if (hub.watch.closed) return;
      const next = await hub.views.use(version, async (view) => ({
        message: await messageOf(view, told),
        told: view.version,
      }));
      told = next.told;
      if (next.message) yield next.message;
    }
  } finally {
    unfollow();
  }
};
