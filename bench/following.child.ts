// Live following in a process of its own, of what was built; tells how long it took and how much memory it had at most.
import type * as Client from '../src/database/client.ts';
import type * as Archive from '../src/log/archive/archive.ts';
import type * as Reading from '../src/log/read.ts';
import type * as Projector from '../src/projector/projector.ts';
import type * as Logger from '../src/telemetry/logger.ts';
import { built } from './built.ts';
import { seconds } from './timing.ts';

const { connect } = await built<typeof Client>('database/client.js');
const { noArchive } = await built<typeof Archive>('log/archive/archive.js');
const { readHeads } = await built<typeof Reading>('log/read.js');
const { createProjector } = await built<typeof Projector>('projector/projector.js');
const { silentLogger } = await built<typeof Logger>('telemetry/logger.js');

const [target = '{}'] = process.argv.slice(2);
const sql = connect(JSON.parse(target), { max: 8, name: 'bench follower', role: 'coinlog_app' });
const projector = createProjector({
  sql,
  holder: 'bench',
  codeDigest: 'bench',
  archive: noArchive,
  limits: { records: 5_000, events: 1_000, payloadBytes: 5_000 * 850 },
  now: () => new Date(),
  log: silentLogger,
});
const took = await seconds(async () => projector.catchUpTo(await readHeads(sql)));
await projector.close();
await sql.end();
// maxRSS is in kilobytes.
process.send?.({ seconds: took, rssBytes: process.resourceUsage().maxRSS * 1_024 });
process.disconnect();
