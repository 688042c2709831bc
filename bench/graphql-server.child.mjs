// One side of the comparison in a process of its own: coinlog as it is built, a peer, or a constant answer.
import { createRequire } from 'node:module';

const [side = '', target = '{}', extra = ''] = process.argv.slice(2);
const connection = JSON.parse(target);

/** coinlog's own API over a read model, with a cache of so many bytes. */
async function coinlog(maxBytes) {
  await import('reflect-metadata');
  const from = (path) => import(`../dist/${path}`);
  const { connect } = await from('database/client.js');
  const { createHttpServer } = await from('api/http/server.js');
  const { registerTransfer } = await from('api/http/transfer.js');
  const { registerGraphql } = await from('api/graphql/register.js');
  const { createAnswerCache } = await from('api/http/answer-cache.js');
  const { createRateLimit } = await from('api/http/rate-limit.js');
  const { createReadSessions } = await from('read/session.js');
  const { createVersionReader } = await from('read/versions.js');
  const { createVersionWatch } = await from('read/version-watch.js');
  const { createMetrics } = await from('telemetry/metrics.js');
  const { silentLogger: log } = await from('telemetry/logger.js');
  const { noArchive } = await from('log/archive/archive.js');
  const { loadConfig } = await from('config/config.js');
  const reader = { role: 'coinlog_app', readOnly: true };
  const readSql = connect(connection, { ...reader, max: 10, name: 'bench read' });
  const sharedSql = connect(connection, { ...reader, max: 2, name: 'bench shared', planOnce: true });
  const versionSql = connect(connection, { ...reader, max: 1, name: 'bench version' });
  const metrics = createMetrics({ version: 'bench', revision: 'bench' });
  const now = () => new Date();
  const rateLimit = createRateLimit(null, now);
  const isAllowedOrigin = () => false;
  const app = createHttpServer({
    log,
    metrics,
    access: { trustProxy: false, rateLimit, now },
  });
  await registerTransfer(app, { corsOrigins: [] });
  const versions = createVersionReader(versionSql);
  await registerGraphql(app, {
    sessions: createReadSessions(readSql, versions, sharedSql),
    cache: createAnswerCache({ versions, build: 'bench', maxBytes }),
    watch: createVersionWatch({ sql: versionSql, versions, pollMs: 500, onTrouble: () => undefined }),
    settings: { trust: 'off', manifest: new Map(), suggestions: false },
    archive: noArchive,
    sources: loadConfig({}).sources,
    administration: { key: null, sql: readSql, ingester: {}, log },
    log,
    metrics,
    now,
    rateLimit,
    isAllowedOrigin,
    page: null,
  });
  return app;
}

/** The same page of the same table by a resolver of a few lines. */
async function mercurius(connections) {
  const { default: Fastify } = await import('fastify');
  const { default: plugin } = await import('mercurius');
  const { default: postgres } = await import('postgres');
  const sql = postgres({ ...connection, max: connections, connection: { role: 'coinlog_app' } });
  const app = Fastify();
  await app.register(plugin, {
    jit: 1,
    schema: `
      type Coin { id: ID! symbol: String name: String! rank: Int priceUsd: Float marketCapUsd: Float percentChange24h: Float }
      type Source { name: String! }
      type Query { coins(first: Int!): [Coin!]! source(name: String!): Source }`,
    resolvers: {
      Query: {
        source: () => null,
        coins: (_root, { first }) => sql`
          select coin_id as id, symbol, name, rank, price::float8 as "priceUsd", market_cap::float8 as "marketCapUsd",
            percent_change_24h::float8 as "percentChange24h"
          from read.coin order by rank asc nulls last, coin_id asc limit ${first}`,
      },
    },
  });
  return app;
}

/** Served by its own HTTP server over Fastify, as its documentation has it. */
async function postgraphile() {
  const { default: Fastify } = await import('fastify');
  const { postgraphile: create } = await import('postgraphile');
  const { grafserv } = await import('postgraphile/grafserv/fastify/v4');
  const { PostGraphileAmberPreset } = await import('postgraphile/presets/amber');
  const { makePgService } = await import('postgraphile/adaptors/pg');
  const pg = createRequire(import.meta.url)('pg');
  const pool = new pg.Pool({ ...connection, max: 10 });
  const instance = create({
    extends: [PostGraphileAmberPreset],
    pgServices: [makePgService({ pool, schemas: ['read'], pgSettings: { role: 'coinlog_app' } })],
    grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
    grafast: { explain: false },
  });
  const app = Fastify();
  const served = instance.createServ(grafserv);
  await served.addTo(app);
  return app;
}

/** The ceiling: an answer of the same bytes that costs nothing. */
async function constant() {
  const { default: Fastify } = await import('fastify');
  const app = Fastify();
  const body = 'x'.repeat(Number(extra));
  app.post('/graphql', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
  return app;
}

const sides = {
  coinlog: () => coinlog(64_000_000),
  'coinlog without cache': () => coinlog(0),
  // What the driver opens unless told, and what coinlog reads short statements by.
  mercurius: () => mercurius(10),
  'mercurius of two connections': () => mercurius(2),
  postgraphile,
  constant,
};
const app = await sides[side]();
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: app.server.address().port });
process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
