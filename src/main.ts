import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readFileSync } from 'node:fs';
import { createProgram } from './commands/program.ts';
import { CoinlogError, messageOf } from './errors.ts';
import { projectRoot } from './version.ts';

/** `.env` in the project's folder fills in what the environment does not say. */
function environment(): Record<string, string | undefined> {
  try {
    return { ...parseEnv(readFileSync(join(projectRoot, '.env'), 'utf8')), ...process.env };
  } catch {
    return { ...process.env };
  }
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  process.exitCode = await createProgram(environment()).run(process.argv);
} catch (error) {
  process.stderr.write(`coinlog: ${messageOf(error)}\n`);
  process.exitCode = error instanceof CoinlogError ? error.exitCode : 1;
}
