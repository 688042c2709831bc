// The whole path of a file to the log, as the command takes it, in a process of its own.
import { loadConfig } from '../src/config/config.ts';
import { connect } from '../src/database/client.ts';
import { createFetcher } from '../src/ingest/http.ts';
import { createIngester } from '../src/ingest/ingester.ts';
import { noArchive } from '../src/log/archive/archive.ts';
import { silentLogger } from '../src/telemetry/logger.ts';

const now = () => new Date();
const [path = '', target = '{}'] = process.argv.slice(2);
const sql = connect(JSON.parse(target), { max: 4, name: 'bench csv', role: 'coinlog_app' });
const csv = loadConfig({}).sources.find(({ source }) => source.name === 'csv');
if (!csv) throw new Error('there is no source of files');
const ingester = createIngester({
  sql,
  archive: noArchive,
  fetcher: createFetcher(now, 'coinlog/bench'),
  log: silentLogger,
  now,
  random: Math.random,
  retryAttempts: 1,
  kind: null,
  terms: { rejectLimitRecords: null, rejectLimitPercent: 100 },
  fileOptions: {},
  observer: { onAttempt: () => undefined, onAppend: () => undefined },
});
const startedAt = performance.now();
const outcome = await ingester.ingest(csv, { reason: 'bench', path });
const seconds = (performance.now() - startedAt) / 1000;
const [counted] = await sql<{ rows: number }[]>`
  select coalesce(sum((metadata->>'records')::bigint), 0)::bigint as rows from log.event where type = 'file.chunk'`;
process.send?.({
  kind: outcome.kind,
  rows: counted?.rows ?? 0,
  seconds,
  peakBytes: process.resourceUsage().maxRSS * 1024,
});
await ingester.close();
await sql.end();
