import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeCsvFile } from './csv-file.ts';
import type { BenchServer } from './server.ts';
import { figure, formatTable } from './table.ts';

const told = z.object({ rows: z.number(), seconds: z.number(), peakBytes: z.number() });
type Told = z.infer<typeof told>;

async function inChild(script: string, ...args: string[]): Promise<Told> {
  const child = fork(join(import.meta.dirname, script), args);
  const [[message]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return told.parse(message);
}

/** A large file to the log, against the time that fast-csv alone takes to parse it. */
export async function benchCsv({ appTarget }: BenchServer, bytes: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'coinlog-bench-csv-'));
  try {
    const path = join(folder, 'large.csv');
    const rows = await writeCsvFile(path, bytes);
    const parsed = await inChild('csv-parse.child.ts', path);
    const ingested = await inChild('csv-ingest.child.ts', path, JSON.stringify(appTarget));
    if (parsed.rows !== rows || ingested.rows !== rows)
      throw new Error(`${rows} rows were written, ${parsed.rows} parsed and ${ingested.rows} ingested`);
    const rate = ({ seconds }: Told): string => figure(rows / seconds, 'rows/s');
    const peak = ({ peakBytes }: Told): string => figure(peakBytes / 1e6, 'MB');
    return `${figure(rows, 'rows')}, ${figure(statSync(path).size / 1e6, 'MB')}\n\n${formatTable([
      {
        work: 'a CSV file to the log; peer: fast-csv alone parses it (ratio of times)',
        ours: rate(ingested),
        peer: rate(parsed),
        ratio: ingested.seconds / parsed.seconds,
        goal: { atMost: 1.5 },
      },
      {
        work: 'peak memory of that (ratio to 300 MB)',
        ours: peak(ingested),
        peer: peak(parsed),
        ratio: ingested.peakBytes / 300e6,
        goal: { atMost: 1 },
      },
    ])}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
