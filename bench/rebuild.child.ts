// A rebuild in a process of its own, which tells how long it took and how much memory it had at most.
import { connect } from '../src/database/client.ts';
import { noArchive } from '../src/log/archive/archive.ts';
import { rebuild } from '../src/projector/rebuild.ts';
import { seconds } from './timing.ts';

const [target = '{}'] = process.argv.slice(2);
const sql = connect(JSON.parse(target), { max: 8, name: 'bench rebuild', role: 'coinlog_app' });
let swapAt = 0;
const took = await seconds(() =>
  rebuild({
    sql,
    holder: 'bench rebuild',
    codeDigest: 'bench',
    archive: noArchive,
    limits: { records: 5_000, events: 1_000, payloadBytes: 5_000 * 850 },
    now: () => new Date(),
    onProgress: ({ phase }) => {
      if (phase === 'swapping') swapAt = Date.now();
    },
  }),
);
const doneAt = Date.now();
await sql.end();
// maxRSS is in kilobytes.
process.send?.({ seconds: took, rssBytes: process.resourceUsage().maxRSS * 1_024, swapAt, doneAt });
process.disconnect();
