import { spawn, type SpawnOptions } from 'node:child_process';
import { EmbeddedServerError } from './errors.ts';
import type { OsUser } from './os-user.ts';

/**
 * How PostgreSQL's programs are started: as the right user, in a folder that everyone can read, and with nothing of
 * our environment, which may hold API keys and outlives us in the server, and `PG*` variables that would bend it.
 */
export function programOptions(user: OsUser): SpawnOptions {
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const libraries = process.env['LD_LIBRARY_PATH'];
  if (libraries !== undefined) env['LD_LIBRARY_PATH'] = libraries;
  return { cwd: '/', env, ...(user.switched ? { uid: user.uid, gid: user.gid } : {}) };
}

/** Runs a program to its end. Throws EmbeddedServerError with the end of what it said when it fails. */
export function runProgram(program: string, args: string[], user: OsUser): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...programOptions(user), stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
    child.once('error', (error) => reject(notStarted(program, error)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new EmbeddedServerError(`${program} ended with ${signal ?? code}: ${said.trim()}`));
    });
  });
}

/** The error for a program that could not even be started, as on a system without glibc. */
export function notStarted(program: string, error: Error): EmbeddedServerError {
  return new EmbeddedServerError(
    `${program} cannot be run here (${error.message}): set DATABASE_URL to use a PostgreSQL of your own`,
  );
}
