import { it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { createTestDatabase } from '../support/database.ts';
import { createReadModel } from '../../src/projector/schema.ts';
import { readData } from '../../src/read/rest/data.ts';
import { createRestApp } from './support.ts';
it('plans', async () => {
  const db = await createTestDatabase();
  await createReadModel(db.sql, 'read', 'test', new Date());
  const o = db.owner;
  const out: string[] = [];
  try {
  await o.unsafe(`insert into read.source_coin (source, source_coin_id, symbol, name, snapshots, observed_at, stream, version, record_index)
    select case when g % 2 = 0 then 'coingecko' when g < 29000 then 'coinpaprika' else 'csv' end, 'coin-' || g, 'S' || to_hex(g), 'Coin ' || g, 15, now(), 'x', 1, g from generate_series(1, 30000) g`);
  await o.unsafe(`insert into read.identity_link select source, source_coin_id, source || ':' || source_coin_id from read.source_coin`);
  await o.unsafe(`insert into read.source select source, count(*), sum(snapshots) from read.source_coin group by 1`);
  await o.unsafe(`insert into read.snapshot (id, source, source_coin_id, quote_currency, symbol, name, price, market_cap, volume_24h, rank, observed_at, observed_at_basis, processed_at, stream, version, record_index, content_digest)
    select gen_random_uuid(), source, source_coin_id, 'USD', symbol, name, 1.5, 2, 3, 4, now() - k * interval '1 hour', 'SOURCE', case when source = 'csv' then now() - interval '30 days' else now() end - k * interval '1 hour' , 'x', k, record_index, gen_random_uuid()
    from read.source_coin, generate_series(1, 15) k`);
  await o.unsafe('create index on read.snapshot (source, processed_at desc, id desc)');
  for (const analysed of [false, true]) {
    if (analysed) await o.unsafe('analyze');
    out.push(`--- analysed ${analysed}`);
    const explain: string[] = [];
    const spy = new Proxy(db.readSql, {});
    void spy;
    const none = { source: null, coinId: null, symbol: null };
    for (const [f, s] of [
      [none, { offset: 0, limit: 50 }], [none, { offset: 400000, limit: 50 }],
      [{ ...none, source: 'coingecko' }, { offset: 0, limit: 50 }], [{ ...none, source: 'csv' }, { offset: 0, limit: 50 }], [{ ...none, source: 'coinpaprika' }, { offset: 100000, limit: 50 }],
      [{ ...none, symbol: 's1' }, { offset: 0, limit: 50 }], [{ ...none, symbol: 's12a' }, { offset: 0, limit: 50 }], [{ ...none, coinId: '9' }, { offset: 0, limit: 50 }], [{ ...none, coinId: '99' }, { offset: 10000, limit: 1000 }],
      [{ source: 'csv', symbol: '7', coinId: null }, { offset: 0, limit: 50 }],
    ] as const) {
      const times: number[] = [];
      let total = 0;
      for (let i = 0; i < 8; i += 1) {
        const t = performance.now();
        await db.readSql.begin(async (tx) => { total = (await readData(tx, f, s)).total; });
        times.push(performance.now() - t);
      }
      out.push(`${JSON.stringify(f)} ${JSON.stringify(s)} total ${total}: ${times.map((t) => t.toFixed(1)).join(' ')}`);
    }
    void explain;
  }
  const app = createRestApp(db);
  for (const url of ['/data?limit=50', '/data/summary', '/data?symbol=bt&limit=50', '/stats']) {
    await app.inject(url);
    const t = performance.now();
    let n = 0;
    const one = async () => { while (performance.now() - t < 1500) { const r = await app.inject(url); if (r.statusCode !== 200) throw new Error(r.body); n += 1; } };
    await Promise.all(Array.from({ length: 16 }, one));
    out.push(`${url}: ${(n / ((performance.now() - t) / 1000)).toFixed(0)} r/s`);
  }
  await app.close();
  } finally { writeFileSync('/tmp/plan-out.txt', out.join('\n')); await db.close(); }
}, 300000);
