// Live following in a process of its own, of what was built; tells how long it took and how much memory it had at most.
import { built } from './built.ts';
import { seconds } from './timing.ts';

const { connect } = await built<typeof import('../src/database/client.ts')>('database/client.js');
const { noArchive } = await built<typeof import('../src/log/archive/archive.ts')>('log/archive/archive.js');
const { readHeads } = await built<typeof import('../src/log/read.ts')>('log/read.js');
const { createProjector } =
  await built<typeof import('../src/projector/projector.ts')>('projector/projector.js');
const { silentLogger } = await built<typeof import('../src/telemetry/logger.ts')>('telemetry/logger.js');

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
