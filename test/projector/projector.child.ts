// A projector in a process of its own, to be killed.
import { connect } from '../../src/database/client.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

const sql = connect(JSON.parse(process.env['APP'] ?? '{}'), { max: 6, name: 'child', role: 'coinlog_app' });
const limits = { records: 5_000, events: Number(process.env['BATCH_EVENTS'] ?? 50), payloadBytes: 5_000_000 };
createProjector({
  sql,
  holder: 'child',
  archive: noArchive,
  // Another one than what made the read model has it rebuilt.
  codeDigest: process.env['CODE_DIGEST'] ?? 'test',
  limits,
  log: silentLogger,
  now: () => new Date(),
}).follow();
process.send?.('following');
