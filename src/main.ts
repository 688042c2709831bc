import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readFileSync } from 'node:fs';
import { isUnreachable } from './database/client.ts';
import { databaseAway } from './database/open.ts';
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

// postgres.js rejects a promise that nobody holds when the database goes away while it asks for its types; the statement
// that waited behind it is told as well, and what it means is decided there.
process.on('unhandledRejection', (reason) => {
  if (!isUnreachable(reason)) throw reason;
});

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await createProgram(environment()).run(process.argv);
} catch (thrown) {
  const error = isUnreachable(thrown) ? databaseAway(thrown) : thrown;
  process.stderr.write(`coinlog: ${messageOf(error)}\n`);
  process.exitCode = error instanceof CoinlogError ? error.exitCode : 1;
}
