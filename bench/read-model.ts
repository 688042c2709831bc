import type { Sql } from '../src/database/client.ts';
import { makePages, perPage } from './pages.ts';
import { runFollowing, runRebuild } from './in-child.ts';
import type { BenchServer } from './server.ts';
import { appendPage } from './sides.ts';
import { figure, formatTable } from './table.ts';
import { seconds } from './timing.ts';

/** The least that any read model of the pages costs: PostgreSQL alone, one table, nothing validated. */
const insertByRecordset = ({ owner }: BenchServer) => owner`
  insert into public.peer (id, source, source_coin_id, quote_currency, symbol, name, price, market_cap, volume_24h, fully_diluted_valuation,
    percent_change_1h, percent_change_24h, percent_change_7d, percent_change_30d, high_24h, low_24h, ath, circulating_supply, total_supply,
    max_supply, rank, observed_at, observed_at_basis, processed_at, stream, version, record_index, content_digest, since_version, since_index)
  select gen_random_uuid(), 'coingecko', r.id, 'USD', upper(r.symbol), r.name, r.current_price, r.market_cap, r.total_volume, r.fully_diluted_valuation,
    r.price_change_percentage_1h_in_currency, r.price_change_percentage_24h_in_currency, r.price_change_percentage_7d_in_currency,
    r.price_change_percentage_30d_in_currency, r.high_24h, r.low_24h, r.ath, r.circulating_supply, r.total_supply, r.max_supply,
    r.market_cap_rank, r.last_updated, 'source', now(), 'coingecko.markets', p.id, 0, gen_random_uuid(), p.id, 0
  from public.plain p cross join lateral json_to_recordset(p.body::json) as r (id text, symbol text, name text, current_price numeric,
    market_cap numeric, total_volume numeric, fully_diluted_valuation numeric, price_change_percentage_1h_in_currency numeric,
    price_change_percentage_24h_in_currency numeric, price_change_percentage_7d_in_currency numeric, price_change_percentage_30d_in_currency numeric,
    high_24h numeric, low_24h numeric, ath numeric, circulating_supply numeric, total_supply numeric, max_supply numeric, market_cap_rank int,
    last_updated timestamptz)`;

// More would not fit into memory.
const pagesAtOnce = 500;

/** A benchmark that loses rows measures something else: once all pages were one run's, and 14 of 15 repeated its coins. */
async function expectSnapshots(owner: Sql, expected: number): Promise<void> {
  const [row] = await owner<{ snapshots: number }[]>`select count(*) as snapshots from read.snapshot`;
  if (Number(row?.snapshots) !== expected)
    throw new Error(`${row?.snapshots} snapshots were made of ${expected} coins`);
}

/** Measures following and rebuilding; returns what is to be printed. */
export async function benchReadModel(server: BenchServer, pageCount: number): Promise<string> {
  const { owner, sql } = server;
  const coins = pageCount * perPage;
  await owner`create table public.plain (id bigserial primary key, body text)`;
  for (let from = 0; from < pageCount; from += pagesAtOnce)
    for (const [index, page] of makePages(Math.min(pagesAtOnce, pageCount - from), 1, from).entries()) {
      await owner`insert into public.plain (body) values (${page})`;
      await appendPage(sql, from + index, Buffer.from(page));
    }

  await owner`checkpoint`;
  const following = await runFollowing(server);
  await expectSnapshots(owner, coins);

  await owner`create table public.peer (like read.snapshot including all)`;
  await owner`checkpoint`;
  const peer = await seconds(() => insertByRecordset(server));
  await owner`checkpoint`;
  const rebuilding = await runRebuild(server);
  await expectSnapshots(owner, coins);
  const table = formatTable([
    {
      work: 'live following, all projections',
      ours: figure(coins / following.seconds, 'coins/s'),
      peer: 'the goal: 25,000 coins/s',
      ratio: coins / following.seconds / 25_000,
      goal: { atLeast: 1 },
    },
    {
      work: 'rebuild, all tables and indexes',
      ours: figure(coins / rebuilding.seconds, 'snapshots/s'),
      peer: `${figure(coins / peer, 'snapshots/s')} (insert … select json_to_recordset, snapshots only)`,
      ratio: peer / rebuilding.seconds,
      goal: { atLeast: 1.5 },
    },
    {
      work: 'peak memory of the rebuild',
      ours: figure(rebuilding.rssBytes / 1e6, 'MB'),
      ratio: rebuilding.rssBytes / 400e6,
      goal: { atMost: 1 },
    },
  ]);
  return (
    `The read model: ${pageCount} pages of 250 coins, invented, every number drawn anew.\n` +
    `${server.durability}; autovacuum off, a checkpoint before each part.\n\n${table}\n`
  );
}
