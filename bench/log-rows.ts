import { constants, zstdCompressSync } from 'node:zlib';
import type { RecordedAnswer } from './recorded.ts';
import { figure, formatTable, type Row } from './table.ts';
import type { Stopwatch } from './timing.ts';

/** What one run measured of the log. Times in seconds, sizes in bytes. */
export interface LogFigures {
  pages: number;
  /** One of them. */
  samplePage: string;
  appendedBytes: number;
  /** With the pages of the warm-up. */
  readBytes: number;
  pagesPerRead: number;
  pagesPerTurn: number;
  plain: Stopwatch;
  ours: Stopwatch;
  emmett: Stopwatch;
  copying: number;
  stored: { ours: number; plain: number; emmett: number };
  reading: number;
  readingEmmett: number;
  verifying: number;
  /** Lines that say where the time goes. */
  parts: string[];
}

/** MB of raw payload a second. */
const speed = (bytes: number, took: number, digits = 0): string => figure(bytes / 1e6 / took, 'MB/s', digits);

const latency = (watch: Stopwatch): string =>
  `p50 ${watch.quantile(0.5).toFixed(2)}, p99 ${watch.quantile(0.99).toFixed(2)} ms`;

function appendRows({ appendedBytes, plain, ours, emmett, copying }: LogFigures): Row[] {
  const took = ours.total();
  const row = (peer: string, tookPeer: number, atLeast: number): Row => ({
    work: 'append, one commit per page',
    ours: speed(appendedBytes, took, 1),
    peer: `${speed(appendedBytes, tookPeer, 1)} (${peer})`,
    ratio: tookPeer / took,
    goal: { atLeast },
  });
  return [
    row('plain insert of text', plain.total(), 2.5),
    row('Emmett appendToStream', emmett.total(), 8),
    row('one COPY as bytea', copying, 0.5),
    { work: 'latency of a page', ours: latency(ours), peer: `${latency(plain)} (plain insert of text)` },
    { work: 'latency of a page', ours: latency(ours), peer: `${latency(emmett)} (Emmett appendToStream)` },
  ];
}

function sizeRow({ appendedBytes, stored }: LogFigures): Row {
  const share = (bytes: number) => (bytes / appendedBytes).toFixed(3);
  return {
    work: 'stored size, of the raw bytes',
    ours: share(stored.ours),
    peer: `${share(stored.plain)} (plain insert of text), ${share(stored.emmett)} (Emmett)`,
    ratio: stored.ours / appendedBytes,
    goal: { atMost: 0.2 },
  };
}

function readRows({ readBytes, pagesPerRead, reading, readingEmmett, verifying }: LogFigures): Row[] {
  return [
    {
      work: `read back, ${pagesPerRead} events at a time`,
      ours: speed(readBytes, reading),
      peer: `${speed(readBytes, readingEmmett)} (Emmett readStream)`,
      ratio: readingEmmett / reading,
      goal: { atLeast: 3 },
    },
    {
      work: 'verify: digests and chain',
      ours: speed(readBytes, verifying),
      peer: '300 MB/s (no peer: the goal)',
      ratio: readBytes / 1e6 / verifying / 300,
      goal: { atLeast: 1 },
    },
  ];
}

/** What a page packs to at level 1, so that one sees whether the drawn ones are as hard as real ones. */
const packed = (page: string): string => {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  return (zstdCompressSync(page, { params }).byteLength / Buffer.byteLength(page)).toFixed(3);
};

/** The figures as text: what was measured, the table, where the time goes. */
export function formatLog(figures: LogFigures, recorded: RecordedAnswer, durability: string): string {
  const head = [
    `The log: ${figures.pages} pages of 250 coins, ${Math.round(figures.appendedBytes / 1e6)} MB raw, drawn from`,
    `${recorded.file} (${recorded.records.length} coins), every number and last update of every coin anew.`,
    `zstd level 1 alone packs the recorded page to ${packed(recorded.page)}, a drawn one to ${packed(figures.samplePage)}.`,
    `One server for all sides: ${durability}; autovacuum off; the sides take turns of ${figures.pagesPerTurn} pages,`,
    `a checkpoint before each turn and each COPY. COPY, reads and verify: the middle one of three.`,
  ];
  const rows = [...appendRows(figures), sizeRow(figures), ...readRows(figures)];
  return `${head.join('\n')}\n\n${formatTable(rows)}\n\n${figures.parts.join('\n')}\n`;
}
