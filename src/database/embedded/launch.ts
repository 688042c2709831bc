import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { unless } from './errors.ts';
import type { Home } from './home.ts';
import { notStarted, programOptions } from './run-program.ts';
import { makeSocketFolder, port } from './socket.ts';

const logBytesMax = 1_000_000;

/** A server we launched. It may be gone soon, when another process was faster and has the data directory. */
export interface Launched {
  pid: number;
  /** `running`, or how it ended; 0 after an orderly stop. */
  state(): 'running' | { exitCode: number | null };
}

/**
 * Starts PostgreSQL in a session of its own: it outlives us, and a Ctrl-C in our terminal does not reach it. Does not
 * wait for it. Throws EmbeddedServerError when it cannot even be started.
 */
export async function launch(
  home: Home,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
): Promise<Launched> {
  const folder = await makeSocketFolder(home);
  const values = { ...defaultSettings, ...settings, ...fixedSettings(folder) };
  const options = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await openLog(home);
  try {
    const child = spawn(binaries.postgres, ['-D', home.dataDir, ...options], {
      ...programOptions(home.user),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let state: ReturnType<Launched['state']> = 'running';
    child.once('exit', (exitCode) => (state = { exitCode }));
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid ?? 0));
      child.once('error', (error) => reject(notStarted(binaries.postgres, error)));
    });
    child.unref();
    return { pid, state: () => state };
  } finally {
    await log.close();
  }
}

const defaultSettings = {
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  // The only algorithm this build has.
  wal_compression: 'pglz',
  max_connections: '100',
  log_min_messages: 'warning',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'coinlog',
};

function fixedSettings(folder: string): Record<string, string> {
  return {
    listen_addresses: '',
    port: String(port),
    unix_socket_directories: `"${folder.replaceAll('"', '""')}"`,
    // Root passes as well, who is the only other user that may.
    unix_socket_permissions: '0700',
  };
}

/** Never through a symlink: root must not be led to write elsewhere by the owner of the data. */
async function openLog({ dataDir, user }: Home) {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const log = await open(logFile(dataDir), O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  if (user.switched) await log.chown(user.uid, user.gid);
  if ((await log.stat()).size > logBytesMax) await log.truncate();
  return log;
}

/** The last lines the server logged, for an error message. */
export async function logTail(dataDir: string): Promise<string> {
  const text = await unless(readFile(logFile(dataDir), 'utf8'), ['ENOENT'], '');
  return text.trim().split('\n').slice(-15).join('\n');
}

function logFile(dataDir: string): string {
  return join(dataDir, 'server.log');
}
