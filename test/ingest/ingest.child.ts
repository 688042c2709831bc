// An ingester in a process of its own, to be killed.
import { connect } from '../../src/database/client.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import { createIngester } from '../../src/ingest/ingester.ts';
import { loadConfig } from '../../src/config/config.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { withSmallPages } from './small-pages.ts';

const now = () => new Date();
const environment = process.env;
const sql = connect(JSON.parse(environment['APP'] ?? '{}'), { max: 4, name: 'child', role: 'coinlog_app' });
const source = loadConfig(environment).sources.find((entry) => entry.source.name === environment['SOURCE']);
if (!source) throw new Error('no such source');
const timeoutMs = environment['TIMEOUT_MS'];
const ingester = createIngester({
  sql,
  archive: noArchive,
  fetcher: createFetcher(now, 'coinlog/test'),
  log: silentLogger,
  now,
  random: () => 0,
  retryAttempts: 3,
  kind: null,
  fileOptions: {},
  terms: { rejectLimitRecords: null, rejectLimitPercent: 10 },
  observer: { onAttempt: () => undefined, onAppend: () => undefined },
  ...(timeoutMs === undefined ? {} : { timeoutMs: Number(timeoutMs) }),
});
process.send?.('ready');
await ingester.ingest(environment['SMALL_PAGES'] ? withSmallPages(source) : source, {
  reason: 'child',
  ...(environment['FILE'] ? { path: environment['FILE'] } : {}),
});
process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024 });
await ingester.close();
await sql.end();
