import { spawn } from 'node:child_process';
import { CoinlogError } from '../errors.ts';
import type { App } from './app.ts';

/** psql on the database in use, as the application: it can look at everything and change no event. */
export async function psqlCommand(app: App): Promise<number> {
  const { target } = app.database;
  // The password in a URL stays out of the process list.
  const environment =
    typeof target === 'string'
      ? urlEnvironment(new URL(target))
      : {
          PGHOST: target.host,
          PGPORT: String(target.port ?? 5432),
          PGUSER: target.user,
          PGDATABASE: target.database,
        };
  // Ctrl-C is psql's own: it cancels a query there, and must not end the program around it.
  process.removeAllListeners('SIGINT').on('SIGINT', () => undefined);
  const child = spawn('psql', {
    stdio: 'inherit',
    env: { ...process.env, ...environment, PGOPTIONS: '-c role=coinlog_app' },
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () =>
      reject(
        new CoinlogError(
          'USAGE',
          'psql is not installed on this machine: install the PostgreSQL client (on Debian: apt-get install postgresql-client).',
        ),
      ),
    );
  });
}

const urlEnvironment = ({ hostname, port, username, password, pathname }: URL): Record<string, string> => ({
  PGHOST: hostname,
  PGPORT: port || '5432',
  PGUSER: decodeURIComponent(username),
  PGPASSWORD: decodeURIComponent(password),
  PGDATABASE: pathname.slice(1),
});
