// Ratios of one run on one machine: absolute figures are for that machine only. See docs/benchmarks.md.
import { cpus } from 'node:os';
import { z } from 'zod';
import { benchLog } from './log.ts';
import { benchReadModel } from './read-model.ts';
import { startBenchServer } from './server.ts';

const benches = { log: benchLog, 'read-model': benchReadModel };
const names = z.enum(['log', 'read-model']);

/** What the environment asks for; an empty variable is an unset one. */
const options = z
  .object({
    BENCH_PAGES: z.coerce.number().int().positive(),
    BENCH_ONLY: names.optional(),
  })
  .parse({
    BENCH_PAGES: process.env['BENCH_PAGES'] || 1_000,
    BENCH_ONLY: process.env['BENCH_ONLY'] || undefined,
  });

process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model} x ${cpus().length}\n`);
for (const name of options.BENCH_ONLY ? [options.BENCH_ONLY] : names.options) {
  // Each on a server of its own: what one leaves behind is not measured by the other.
  const server = await startBenchServer();
  try {
    process.stdout.write(`\n${await benches[name](server, options.BENCH_PAGES)}`);
  } finally {
    await server.close();
  }
}
