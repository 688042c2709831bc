import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, findBinaries } from './binaries.ts';
import { EmbeddedServerError } from './errors.ts';
import { hold, type Holder, type HoldResult } from './holder.ts';
import { type Home, settleHome, systemDir } from './home.ts';
import { initialise, ownerRole, writeAccessRules } from './initialise.ts';
import { launch, type Launched, logTail } from './launch.ts';
import { clearStaleLocks, isBeginning, runningPid, stopServer } from './postmaster.ts';
import { makeSocketFolder, port, socketFolder, socketPath } from './socket.ts';

export { EmbeddedServerError } from './errors.ts';
export { removeEmbedded } from './remove.ts';

/** Options for postgres.js; there is no password. */
export interface ConnectionOptions {
  /** The folder of the socket. */
  host: string;
  port?: number;
  /** The socket itself. */
  path?: string;
  user: string;
  database: string;
}

/** Our share in a running PostgreSQL. */
export interface EmbeddedServer {
  /** The superuser, for migrations. */
  owner: ConnectionOptions;
  /** The login role; it has the rights that the migrations give it. */
  app: ConnectionOptions;
  /** Where the data really is. */
  dataDir: string;
  /** Whether the server was there already, its settings with it. */
  adopted: boolean;
  /** Gives our share back; the last one out stops the server. Never fails; a second call waits for the first. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made when missing. As root it may become a symlink to where an unprivileged server reaches it. */
  dataDir: string;
  log?: (message: string) => void;
  /** More settings as in postgresql.conf, for a server that is started now. */
  settings?: Record<string, string>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 60_000;
const pollMs = 50;
/** Others' shared memory goes a moment after a killed server does, so one failed launch is no reason to give up. */
const failedLaunchesMax = 6;
const relaunchAfterMs = 500;

/**
 * Starts the PostgreSQL of a data directory, or joins the one that runs there already; any number of processes may do
 * so at once. A process that ends without `close` leaves the server running for the next one.
 * Throws EmbeddedServerError, with the end of the server's log where that tells more.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (process.platform === 'win32') {
    throw new EmbeddedServerError('the embedded PostgreSQL does not run on Windows: set DATABASE_URL');
  }
  const log = options.log ?? (() => {});
  const home = await settleHome(options.dataDir);
  const binaries = await findBinaries(home.user, systemDir);
  const { holder, adopted } = await join({ home, binaries, settings: options.settings ?? {}, log });
  let closed: Promise<void> | null = null;
  return {
    owner: connectionOptions(home, ownerRole),
    app: connectionOptions(home, 'coinlog'),
    dataDir: home.dataDir,
    adopted,
    close: () => (closed ??= leave(holder, home.dataDir, log)),
  };
}

interface Start {
  home: Home;
  binaries: Binaries;
  settings: Readonly<Record<string, string>>;
  log: (message: string) => void;
}

async function join(start: Start): Promise<{ holder: Holder; adopted: boolean }> {
  // Before anything connects to it: the folder may be in `/tmp`, where someone else could lie in wait.
  await makeSocketFolder(start.home);
  const launcher = createLauncher(start);
  try {
    const holder = await holdOnceReady(start, launcher.launchUnlessRunning);
    return { holder, adopted: !launcher.launched(await runningPid(start.home.dataDir)) };
  } catch (error) {
    launcher.abandon();
    throw error;
  }
}

/** Tries until we have a share in the server; whenever none is there, it is launched. */
async function holdOnceReady(
  { home, log }: Start,
  launchUnlessRunning: () => Promise<void>,
): Promise<Holder> {
  let deadlineMs = Date.now() + startTimeoutMs;
  let said = '';
  for (;;) {
    const result = await hold(socketPath(socketFolder(home.dataDir)), launchUnlessRunning);
    if (result.kind === 'held') return result.holder;
    const waitingFor = describe(result);
    if (result.kind === 'absent') await launchUnlessRunning();
    // Recovery after a crash takes as long as it takes.
    if (result.kind === 'busy' && result.recovering) deadlineMs = Date.now() + startTimeoutMs;
    if (result.kind === 'refused' || Date.now() > deadlineMs) throw await failure(home.dataDir, waitingFor);
    if (waitingFor !== said) log(`PostgreSQL in ${home.dataDir}: ${waitingFor}`);
    said = waitingFor;
    await sleep(pollMs);
  }
}

/** Launches when no server is there, and gives up when launches keep failing. */
function createLauncher({ home, binaries, settings }: Start) {
  let ours: Launched | null = null;
  let failures = 0;
  const launchUnlessRunning = async (): Promise<void> => {
    if ((await runningPid(home.dataDir)) !== null || (await isBeginning(home.dataDir))) return;
    const state = ours?.state();
    if (state === 'running') return;
    if (state && state.exitCode !== 0) {
      failures += 1;
      if (failures >= failedLaunchesMax) throw await failure(home.dataDir, 'it ended at once');
      await sleep(relaunchAfterMs);
    }
    await initialise(home, binaries, { sync: settings['fsync'] !== 'off' });
    await clearStaleLocks(home.dataDir);
    await writeAccessRules(home);
    ours = await launch(home, binaries, settings);
  };
  return {
    launchUnlessRunning,
    launched: (pid: number | null): boolean => ours?.pid === pid,
    /** Stops, without waiting, a server that no one could get a share in. */
    abandon: (): void => {
      if (ours?.state() === 'running') process.kill(ours.pid, 'SIGINT');
    },
  };
}

async function leave(holder: Holder, dataDir: string, log: (message: string) => void): Promise<void> {
  try {
    if (await holder.release()) await stopServer(dataDir, stopTimeoutMs);
  } catch (error) {
    // The server is gone or beyond our reach: there is nothing left to give back.
    log(`leaving PostgreSQL in ${dataDir}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await holder.end();
  }
}

function connectionOptions({ dataDir }: Home, user: string): ConnectionOptions {
  const host = socketFolder(dataDir);
  return { host, port, path: socketPath(host), user, database: 'coinlog' };
}

function describe(result: Exclude<HoldResult, { kind: 'held' }>): string {
  if (result.kind === 'absent') return 'starting';
  if (result.kind === 'stopping') return 'being stopped by another process; it will be started again';
  return result.reason;
}

async function failure(dataDir: string, reason: string): Promise<EmbeddedServerError> {
  const tail = await logTail(dataDir);
  return new EmbeddedServerError(
    `PostgreSQL in ${dataDir} did not start: ${reason}${tail && `\nthe end of its log:\n${tail}`}`,
  );
}
