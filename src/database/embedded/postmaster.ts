import { execFile } from 'node:child_process';
import { readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, EmbeddedServerError, unless } from './errors.ts';
import { temporaryName } from './leftovers.ts';
import { socketFolder, socketPath } from './socket.ts';

/** How long PostgreSQL may have its lock file open without a word in it. */
const emptyFileMaxMs = 5_000;
const stopPollMs = 20;

/** The pid of the server that runs on this data directory, be it starting or stopping; null when none does. */
export async function runningPid(dataDir: string): Promise<number | null> {
  const pid = Number.parseInt((await readLock(pidFile(dataDir))) ?? '', 10);
  return (await isServerOf(pid, dataDir)) ? pid : null;
}

/** Whether a server that just began may not yet have written who it is. */
export async function isBeginning(dataDir: string): Promise<boolean> {
  const file = await unless(stat(pidFile(dataDir)), ['ENOENT'], null);
  return file !== null && file.size === 0 && Date.now() - file.mtimeMs < emptyFileMaxMs;
}

/**
 * Removes the lock files of a server that is gone. PostgreSQL does so itself, except when their pid has meanwhile
 * gone to another process of the same user, or when a power failure left them empty.
 */
export async function clearStaleLocks(dataDir: string): Promise<void> {
  for (const path of [pidFile(dataDir), `${socketPath(socketFolder(dataDir))}.lock`]) {
    const text = await readLock(path);
    if (text === null || (text === '' && (await isBeginning(dataDir)))) continue;
    if (await isServerOf(Number.parseInt(text, 10), dataDir)) return;
    const aside = temporaryName(path);
    await unless(rename(path, aside), ['ENOENT'], undefined);
    // Another process may have cleared it and launched a server since we looked: that one's file goes back.
    const judged = (await readLock(aside)) === text;
    await (judged ? rm(aside, { force: true }) : unless(rename(aside, path), ['ENOENT'], undefined));
  }
}

/**
 * Stops the server as `pg_ctl stop -m fast` does, and waits until this one is gone. (`pg_ctl` itself waits for the
 * folder to have none, and misses the moment when another process starts the next one at once.)
 */
export async function stopServer(dataDir: string, timeoutMs: number): Promise<void> {
  const pid = await runningPid(dataDir);
  if (pid === null) return;
  process.kill(pid, 'SIGINT');
  const deadlineMs = Date.now() + timeoutMs;
  while ((await runningPid(dataDir)) === pid) {
    if (Date.now() > deadlineMs) throw new EmbeddedServerError(`it still stops after ${timeoutMs / 1_000} s`);
    await sleep(stopPollMs);
  }
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid');
}

function readLock(path: string): Promise<string | null> {
  return unless(readFile(path, 'utf8'), ['ENOENT'], null);
}

async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  if (!(pid > 0) || (await commandName(pid)) !== 'postgres') return false;
  if (process.platform !== 'linux') return true;
  try {
    // The server works in its data directory; a zombie works nowhere.
    await readlink(`/proc/${pid}/cwd`);
    const [its, ours] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(dataDir)]);
    return its.dev === ours.dev && its.ino === ours.ino;
  } catch (error) {
    // Another user's PostgreSQL, or one in a container: take it for the server rather than break a living one.
    return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
  }
}

async function commandName(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const name = await unless(readFile(`/proc/${pid}/comm`, 'utf8'), ['ENOENT', 'ESRCH'], null);
    return name?.trim() ?? null;
  }
  const ps = promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']);
  return ps.then(
    ({ stdout }) => basename(stdout.trim()),
    () => null,
  );
}
