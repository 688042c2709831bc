// A projector in a process of its own, to be killed.
import { connect } from '../../src/database/client.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

const sql = connect(JSON.parse(process.env['APP'] ?? '{}'), { max: 4, name: 'child', role: 'coinlog_app' });
const limits = { records: 5_000, events: 50, payloadBytes: 5_000_000 };
createProjector({
  sql,
  holder: 'child',
  archive: noArchive,
  codeDigest: 'test',
  limits,
  log: silentLogger,
  now: () => new Date(),
}).follow();
process.send?.('following');
