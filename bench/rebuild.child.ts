// A rebuild in a process of its own, which tells how long it took and how much memory it had at most. Of what was built:
// Node's own reading of TypeScript takes time and memory that no user gives.
import type * as Client from '../src/database/client.ts';
import type * as Archive from '../src/log/archive/archive.ts';
import type * as Rebuild from '../src/projector/rebuild.ts';
import { built } from './built.ts';
import { seconds } from './timing.ts';

const { connect } = await built<typeof Client>('database/client.js');
const { noArchive } = await built<typeof Archive>('log/archive/archive.js');
const { rebuild } = await built<typeof Rebuild>('projector/rebuild.js');

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
