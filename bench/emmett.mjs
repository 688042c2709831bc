import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { Pool } from 'pg';

const stream = 'coingecko.markets';

export async function openEmmett({ host, port, user, database }) {
  const pool = new Pool({ host, port, user, database, max: 8 });
  // Names no server: the pool has the connections.
  const store = getPostgreSQLEventStore(`postgresql:///${database}`, {
    schema: { autoMigration: 'None' },
    connectionOptions: { pooled: true, pool },
  });
  await store.schema.migrate();
  return {
    async append(coins) {
      await store.appendToStream(stream, [{ type: 'page.fetched', data: { coins } }]);
    },
    async read(from, to) {
      const { events } = await store.readStream(stream, { from: BigInt(from), to: BigInt(to) });
      return events.map(({ data }) => data);
    },
    async close() {
      await store.close();
      if (!pool.ended) await pool.end();
    },
  };
}
