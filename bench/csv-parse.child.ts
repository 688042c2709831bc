// fast-csv alone, in a process of its own: what every reader of CSV has to spend at least.
import { createReadStream } from 'node:fs';
import { parse } from '@fast-csv/parse';

const startedAt = performance.now();
let rows = 0;
createReadStream(process.argv[2] ?? '')
  .pipe(parse({ headers: true }))
  .on('data', () => (rows += 1))
  .on('end', () => {
    const seconds = (performance.now() - startedAt) / 1000;
    process.send?.({ rows, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
  });
