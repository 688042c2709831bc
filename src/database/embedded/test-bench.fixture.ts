import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { runningPid } from './postmaster.ts';
import { type EmbeddedServer, startEmbedded } from './server.ts';

export const testSettings = { fsync: 'off', shared_buffers: '16MB' };

/** Another process with a share in a server. */
export interface HolderProcess {
  adopted: boolean;
  dataDir: string;
  /** Lets it give its share back and waits for its end. */
  leave(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
}

/** Folders, servers and processes of one test, all gone after `cleanUp`. */
export function createBench() {
  const folders: string[] = [];
  const dataDirs: string[] = [];
  const children: ChildProcessByStdio<Writable, Readable, null>[] = [];

  /** A folder that every user can enter, or with `mode` not. */
  const folder = async (mode = 0o755): Promise<string> => {
    const path = await realpath(await mkdtemp(join(tmpdir(), 'coinlog-test-')));
    await chmod(path, mode);
    folders.push(path);
    return path;
  };
  const start = async (dataDir: string, settings: Record<string, string> = {}): Promise<EmbeddedServer> => {
    const server = await startEmbedded({ dataDir, settings: { ...testSettings, ...settings } });
    dataDirs.push(server.dataDir);
    return server;
  };
  const holder = async (dataDir: string, as: { uid?: number; gid?: number } = {}): Promise<HolderProcess> => {
    const program = join(import.meta.dirname, 'hold.fixture.ts');
    const child = spawn(process.execPath, [program, dataDir], { stdio: ['pipe', 'pipe', 'inherit'], ...as });
    children.push(child);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const lines = createInterface(child.stdout);
    const ready = JSON.parse(await firstLine(lines)) as { adopted: boolean; dataDir: string };
    dataDirs.push(ready.dataDir);
    const leave = async () => {
      child.stdin.end();
      await ended;
      if (child.exitCode !== 0) throw new Error(`the holder ended with ${child.exitCode}`);
    };
    const kill = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    return { ...ready, leave, kill };
  };
  const cleanUp = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    for (const dataDir of dataDirs) {
      const pid = await runningPid(dataDir);
      if (pid !== null) process.kill(pid, 'SIGQUIT');
      await until(async () => (await runningPid(dataDir)) === null);
    }
    // A server that is still ending may write a file meanwhile.
    for (const path of folders)
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  return { folder, start, holder, cleanUp };
}

const queryTimeoutMs = 5_000;

/** Runs queries as one of the roles, and ends the connection. */
export async function query<T>(
  options: EmbeddedServer['owner'],
  run: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres({ ...options, max: 1, fetch_types: false, onnotice: () => {} });
  // A statement of a connection that a crash broke at the wrong moment is never answered.
  const unanswered = sleep(queryTimeoutMs, null, { ref: false }).then(() => {
    throw new Error(`no answer within ${queryTimeoutMs} ms`);
  });
  try {
    return await Promise.race([run(sql), unanswered]);
  } finally {
    unanswered.catch(() => undefined);
    await sql.end({ timeout: 1 });
  }
}

/** Waits for a condition; the test's own time limit ends the wait. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

function firstLine(lines: Interface): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('the holder ended before it had its share')));
  });
}
