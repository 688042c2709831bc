// Ratios of one run on one machine: absolute figures are for that machine only. See docs/benchmarks.md.
import { cpus } from 'node:os';
import { z } from 'zod';
import { benchCsv } from './csv.ts';
import { benchGraphql } from './graphql.ts';
import { benchLog } from './log.ts';
import { benchReadModel } from './read-model.ts';
import { benchRest } from './rest.ts';
import { benchServing } from './serving.ts';
import { startBenchServer, type BenchServer } from './server.ts';

const names = z.enum(['log', 'csv', 'read-model', 'serving', 'rest', 'graphql']);

/** What the environment asks for; an empty variable is an unset one. */
const options = z
  .object({
    BENCH_PAGES: z.coerce.number().int().positive(),
    BENCH_CSV_MB: z.coerce.number().int().positive(),
    BENCH_ROWS: z
      .string()
      .transform((text) => text.split(',').map(Number))
      .pipe(z.array(z.int().positive())),
    BENCH_SECONDS: z.coerce.number().int().positive(),
    BENCH_ONLY: names.optional(),
  })
  .parse({
    BENCH_PAGES: process.env['BENCH_PAGES'] || 1_000,
    BENCH_CSV_MB: process.env['BENCH_CSV_MB'] || 1_000,
    BENCH_ROWS: process.env['BENCH_ROWS'] || '100000,10000000',
    BENCH_SECONDS: process.env['BENCH_SECONDS'] || 3,
    BENCH_ONLY: process.env['BENCH_ONLY'] || undefined,
  });

const benches = {
  log: (server: BenchServer) => benchLog(server, options.BENCH_PAGES),
  csv: (server: BenchServer) => benchCsv(server, options.BENCH_CSV_MB * 1_000_000),
  'read-model': (server: BenchServer) => benchReadModel(server, options.BENCH_PAGES),
  // A million snapshots, unless told.
  serving: (server: BenchServer) => benchServing(server, 4 * options.BENCH_PAGES),
  rest: (server: BenchServer) => benchRest(server, options.BENCH_ROWS),
  graphql: (server: BenchServer) => benchGraphql(server, options.BENCH_SECONDS),
};

process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model} x ${cpus().length}\n`);
for (const name of options.BENCH_ONLY ? [options.BENCH_ONLY] : names.options) {
  // Each on a server of its own: what one leaves behind is not measured by the other.
  const server = await startBenchServer();
  try {
    process.stdout.write(`\n${await benches[name](server)}`);
  } finally {
    await server.close();
  }
}
