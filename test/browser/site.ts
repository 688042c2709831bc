import type { FastifyInstance } from 'fastify';
import { registerGraphiql, type Graphiql } from '../../src/api/http/graphiql.ts';
import { registerRest } from '../../src/api/rest/register.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestApi } from '../graphql/support.ts';
import { restDeps } from '../rest/support.ts';

export interface Site {
  app: FastifyInstance;
  origin: string;
  /** What was sent as `Authorization`, in order. */
  authorizations: string[];
  close(): Promise<void>;
}

const refused = () => Promise.reject(new Error('this test ingests and rebuilds nothing'));

/** All that a browser can open, on a port, with the pages that `npm run build` has made. */
export async function startSite(database: TestDatabase, key: string): Promise<Site> {
  const built: { graphiql?: Graphiql } = {};
  const authorizations: string[] = [];
  const api = await createTestApi(database, {
    // It needs the server that is only being made here.
    page: {
      wantsPage: (request) => built.graphiql?.wantsPage(request) ?? false,
      sendPage: (reply) => built.graphiql?.sendPage(reply),
    },
    administration: {
      key,
      sql: database.sql,
      ingester: { ingest: refused },
      rebuilder: { begin: refused },
      log: silentLogger,
    },
  });
  const { app } = api;
  app.addHook('onRequest', async ({ headers }) => {
    if (headers.authorization !== undefined) authorizations.push(headers.authorization);
  });
  built.graphiql = registerGraphiql(app);
  registerRest(app, restDeps(database));
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, origin, authorizations, close: () => api.close() };
}
