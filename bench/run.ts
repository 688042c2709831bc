// Ratios of one run on one machine: absolute figures are for that machine only. See docs/benchmarks.md.
import { cpus } from 'node:os';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../src/database/client.ts';
import { removeEmbedded, startEmbedded } from '../src/database/embedded/server.ts';
import { migrate } from '../src/database/migrate.ts';
import { append } from '../src/log/append.ts';
import { deriveId } from '../src/log/event-id.ts';
import { readEvents, readHeads } from '../src/log/read.ts';
import { verifyLog } from '../src/log/verify.ts';
import { createProjector } from '../src/projector/projector.ts';
import { rebuild } from '../src/projector/rebuild.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { makePages } from './pages.ts';

const pageCount = Number(process.env['BENCH_PAGES'] ?? 400);
const coins = pageCount * 250;
const stream = 'coingecko.markets';

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await task();
  return (performance.now() - startedAt) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), 'coinlog-bench-'));
chmodSync(folder, 0o755);
const dataDir = join(folder, 'data');
// The server's own durability: fsync and synchronous_commit stay on, for every side.
const server = await startEmbedded({ dataDir });
const owner = connect(server.owner, { max: 2, name: 'bench', role: null });
await migrate(owner);
await owner`grant coinlog_app to coinlog`;
const sql = connect(server.app, { max: 8, name: 'bench', role: 'coinlog_app' });

const pages = makePages(pageCount);
const rawBytes = pages.reduce((sum, page) => sum + Buffer.byteLength(page), 0);
const rows: [work: string, ours: string, peer: string, ratio: string][] = [];
const row = (work: string, unit: string, ours: number, peer: number | null, peerName: string) =>
  rows.push([
    work,
    `${Math.round(ours).toLocaleString('en')} ${unit}`,
    peer === null ? '' : `${Math.round(peer).toLocaleString('en')} ${unit} (${peerName})`,
    peer === null ? '' : (ours / peer).toFixed(2),
  ]);

await owner`create table public.plain (id bigserial primary key, received_at timestamptz default now(), body text)`;
const plain = await seconds(async () => {
  for (const page of pages) await owner`insert into public.plain (body) values (${page})`;
});
const appending = await seconds(async () => {
  for (const [index, page] of pages.entries()) {
    const request = { path: '/coins/markets', params: { vs_currency: 'usd', page: index + 1 } };
    const metadata = { request, status: 200, attempt: 1, page: index + 1, headers: {} };
    const event = {
      id: deriveId('bench', index),
      type: 'page.fetched',
      schemaVersion: 1,
      runId: 'bench',
      receivedAt: new Date('2026-11-20T00:00:00Z'),
      metadata,
      payload: Buffer.from(page),
    };
    await append(sql, stream, [event]);
  }
});
row(
  'append, one commit per page of 250',
  'coins/s',
  coins / appending,
  coins / plain,
  'plain insert of text',
);

const readPlain = await seconds(async () => {
  for (let from = 0; from < pageCount; from += 32)
    await owner`select body from public.plain where id > ${from} order by id limit 32`;
});
const reading = await seconds(async () => {
  for (let after = 0; after < pageCount; after += 32) await readEvents(sql, stream, after, { limit: 32 });
});
row('read back', 'coins/s', coins / reading, coins / readPlain, 'plain select of text');

const verifying = await seconds(() => verifyLog(sql));
row('verify: digests and chain', 'MB of raw payload/s', rawBytes / 1e6 / verifying, null, '');

const limits = { records: 5_000, events: 1_000, payloadBytes: 5_000 * 850 };
const deps = { sql, holder: 'bench', foldDigest: 'bench', limits, now: () => new Date() };
const projector = createProjector({ ...deps, log: silentLogger });
const following = await seconds(async () => projector.catchUpTo(await readHeads(sql)));
await projector.close();
row('live following, all projections', 'coins/s', coins / following, null, '');

await owner`create table public.peer (like read.snapshot including all)`;
const peer = await seconds(
  () => owner`
  insert into public.peer (id, source, source_coin_id, quote_currency, symbol, name, price, market_cap, volume_24h, fully_diluted_valuation,
    percent_change_1h, percent_change_24h, percent_change_7d, percent_change_30d, high_24h, low_24h, ath, circulating_supply, total_supply,
    max_supply, rank, observed_at, observed_at_basis, processed_at, stream, version, record_index, content_digest)
  select gen_random_uuid(), 'coingecko', r.id, 'USD', upper(r.symbol), r.name, r.current_price, r.market_cap, r.total_volume, r.fully_diluted_valuation,
    r.price_change_percentage_1h_in_currency, r.price_change_percentage_24h_in_currency, r.price_change_percentage_7d_in_currency,
    r.price_change_percentage_30d_in_currency, r.high_24h, r.low_24h, r.ath, r.circulating_supply, r.total_supply, r.max_supply,
    r.market_cap_rank, r.last_updated, 'source', now(), 'coingecko.markets', p.id, 0, gen_random_uuid()
  from public.plain p cross join lateral json_to_recordset(p.body::json) as r (id text, symbol text, name text, current_price numeric,
    market_cap numeric, total_volume numeric, fully_diluted_valuation numeric, price_change_percentage_1h_in_currency numeric,
    price_change_percentage_24h_in_currency numeric, price_change_percentage_7d_in_currency numeric, price_change_percentage_30d_in_currency numeric,
    high_24h numeric, low_24h numeric, ath numeric, circulating_supply numeric, total_supply numeric, max_supply numeric, market_cap_rank int,
    last_updated timestamptz)`,
);
const rebuilding = await seconds(() => rebuild(deps));
row(
  'rebuild, all tables and indexes',
  'snapshots/s',
  coins / rebuilding,
  coins / peer,
  'insert … select json_to_recordset, snapshots only',
);

const [size] = await owner<
  { bytes: string }[]
>`select sum(pg_total_relation_size(relid))::text as bytes from pg_partition_tree('log.event')`;
process.stdout.write(
  `${pageCount} pages of 250 coins, ${Math.round(rawBytes / 1e6)} MB raw; Node ${process.version}, ${cpus()[0]?.model} x ${cpus().length}\n\n`,
);
process.stdout.write(
  `| work | coinlog | peer, same run | ratio |\n|---|--:|--:|--:|\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`,
);
process.stdout.write(
  `\nThe log takes ${(Number(size?.bytes ?? 0) / rawBytes).toFixed(3)} of the raw bytes.\n`,
);

await sql.end();
await owner.end();
await server.close();
await removeEmbedded(dataDir);
rmSync(folder, { recursive: true, force: true });
