import {
  createIndexStatements,
  createPartitionStatement,
  keyColumns,
} from '../src/projections/read-table.ts';
import { snapshotTable } from '../src/projections/snapshots/tables.ts';
import type { BenchServer } from './server.ts';

export const coins = 10_000;
const runs = 20_000;
/** The history ends here, and goes back as many polls as it takes. */
const endsAt = '2026-11-20T00:00:00Z';
const monthsBack = 14;

/**
 * A read model with so many rows, written straight into its tables: folding ten million would take minutes and measure something
 * else. Two sources have the same coins; polled every five minutes, each page of 250 coins recorded at one time.
 */
export async function fillReadModel({ owner }: BenchServer, rows: number): Promise<void> {
  const statements = [
    // Made anew after the rows: tables are filled faster without them.
    `do $$ declare i record; begin
       for i in select indexrelid::regclass as name from pg_index
         where indrelid = 'read.snapshot'::regclass and not indisprimary loop
         execute 'drop index ' || i.name; end loop; end $$`,
    'alter table read.snapshot drop constraint if exists snapshot_pkey',
    'truncate read.snapshot, read.source_coin, read.identity_link, read.source, read.run, read.quote',
    ...Array.from({ length: monthsBack }, (_, back) => {
      const end = new Date(endsAt);
      return createPartitionStatement(
        'read',
        snapshotTable,
        new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - back, 1)),
      );
    }),
    `insert into read.source_coin (source, source_coin_id, symbol, name, snapshots, observed_at, stream, version, record_index)
     select source, prefix || c, upper(substr(md5(c::text), 1, 3)) || c % 10, 'Coin ' || c,
       ${rows} / ${2 * coins} + (case when n * ${coins} + c < ${rows} % ${2 * coins} then 1 else 0 end),
       '${endsAt}', stream, 1, 0
     from (values (0, 'coingecko', 'coin-', 'coingecko.markets'), (1, 'coinpaprika', 'c-coin-', 'coinpaprika.tickers'))
       as s (n, source, prefix, stream), generate_series(0, ${coins - 1}) c`,
    `update read.source_coin set symbol = 'BT' || right(source_coin_id, 1) where hashtext(source_coin_id) % 100 = 0`,
    `insert into read.identity_link (source, source_coin_id, coin_id, method, authority, confidence_percent, evidence,
       stream, version, decided_at)
     select source, source_coin_id, 'coin-' || regexp_replace(source_coin_id, '\\D', '', 'g'), 'MAPPING', 1, 99, '{}',
       'identity', 1, '${endsAt}' from read.source_coin`,
    `insert into read.snapshot (id, source, source_coin_id, quote_currency, symbol, name, price, market_cap, volume_24h,
       percent_change_24h, circulating_supply, rank, observed_at, observed_at_basis, processed_at, stream, version,
       record_index, content_digest, since_version, since_index)
     select gen_random_uuid(), k.source, k.source_coin_id, 'USD', k.symbol, k.name, random() * 1000, random() * 1e9,
       random() * 1e8, random() * 20 - 10, 1e6, k.place % 5000 + 1,
       '${endsAt}'::timestamptz - poll * interval '5 minutes' - k.place % 60 * interval '1 second', 'source',
       '${endsAt}'::timestamptz - poll * interval '5 minutes' + k.place / 250 * interval '100 milliseconds', k.stream,
       1, k.place % 250, gen_random_uuid(), 1, 0
     from generate_series(0, ${Math.ceil(rows / (2 * coins)) - 1}) poll
     cross join (select *, row_number() over (order by source, source_coin_id) - 1 as place from read.source_coin) k
     where poll * ${2 * coins} + k.place < ${rows}`,
    // As it came out, so that totals are exact.
    `update read.source_coin c set snapshots = coalesce(s.n, 0)
     from read.source_coin k left join (
       select source, source_coin_id, count(*) n from read.snapshot group by 1, 2) s using (source, source_coin_id)
     where c.source = k.source and c.source_coin_id = k.source_coin_id`,
    `insert into read.source (source, coins, snapshots)
     select source, count(*), sum(snapshots) from read.source_coin group by source`,
    `insert into read.run (run_id, source, feed, status, unchanged, started_at, ended_at, pages, bytes, attempts,
       records_read, accepted, revised, rejected, duplicates, skipped, started_version, nulled_cells)
     select 'run-' || n, case when n % 2 = 0 then 'coingecko' else 'coinpaprika' end, 'x',
       case when n % 50 = 0 then 'FAILED' else 'COMPLETED' end, false,
       '${endsAt}'::timestamptz - n * interval '150 seconds',
       '${endsAt}'::timestamptz - n * interval '150 seconds' + interval '40 seconds', 40, 1, 40, 10000, 10000, 0, 0, 0, 0, 1, 0
     from generate_series(1, ${runs}) n`,
    `alter table read.snapshot add primary key (${keyColumns(snapshotTable).join(', ')})`,
    ...createIndexStatements('read', snapshotTable),
    'update read.read_model set version = version + 1',
  ];
  for (const statement of statements) await owner.unsafe(statement);
  await owner`vacuum analyze`;
  await owner`checkpoint`;
}
