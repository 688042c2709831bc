// The routes as `serve` makes them, in a process of their own: with its log lines, metrics, compression and cache.
import { createAnswerCache } from '../src/api/http/answer-cache.ts';
import { createHttpServer, listen } from '../src/api/http/server.ts';
import { registerTransfer } from '../src/api/http/transfer.ts';
import { registerRest } from '../src/api/rest/register.ts';
import { connect } from '../src/database/client.ts';
import { noArchive } from '../src/log/archive/archive.ts';
import { createReadSessions } from '../src/read/session.ts';
import { createVersionReader } from '../src/read/versions.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const [target = '{}'] = process.argv.slice(2);
const sql = connect(JSON.parse(target), { max: 10, name: 'bench api', role: 'coinlog_app', readOnly: true });
const now = () => new Date();
const app = createHttpServer({
  log: createLogger('info'),
  metrics: createMetrics({ version: 'bench', revision: 'bench' }),
});
await registerTransfer(app, { corsOrigins: [] });
registerRest(app, {
  sessions: createReadSessions(sql),
  answers: createAnswerCache({
    versions: createVersionReader(sql),
    build: 'bench',
    maxBytes: 64 * 1024 * 1024,
  }),
  rowCacheBytes: 64_000_000,
  archive: noArchive,
  sql,
  sources: ['coinpaprika', 'coingecko', 'csv'],
  now,
  version: 'bench',
  startedAt: now(),
});
process.send?.({ url: await listen(app, '127.0.0.1', 0) });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ rssBytes: process.memoryUsage().rss, cpuMicros: user + system });
});
process.on('disconnect', () => process.exit());
