import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchServer } from './server.ts';

export type Side =
  | 'coinlog'
  | 'coinlog without cache'
  | 'mercurius'
  | 'mercurius of two connections'
  | 'postgraphile'
  | 'constant';

export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
  bytes: number;
  /** Of the server's process, for one request: what a busy machine does not change much. */
  cpuUs: number;
}

export interface Question {
  body: { query: string; variables: object };
  /** Each request differs from all others: none is answered from a cache. */
  isVaried?: boolean;
  /** How the answer may be packed. */
  accepts?: string;
}

const child = (file: string, args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

const message = <T>(process: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`a side ended with ${code}`));
    process.once('exit', fail);
    process.once('message', (told) => {
      process.off('exit', fail);
      resolve(told as T);
    });
  });

async function cpuOf(server: ChildProcess): Promise<number> {
  const told = message<{ cpu: { user: number; system: number } }>(server);
  server.send('usage');
  const { cpu } = await told;
  return cpu.user + cpu.system;
}

/** Who asks: one process for all sides. */
export interface Loader {
  /** `from`: requests that are to differ are counted from there on. */
  load(running: Running, question: Question, seconds: number, from: number): Promise<Load>;
  close(): Promise<void>;
}

/** A side that runs in a process of its own. */
export interface Running {
  url: string;
  /** What its process has used so far, in microseconds. */
  cpuUs: () => Promise<number>;
  close(): Promise<void>;
}

async function end(process: ChildProcess): Promise<void> {
  process.disconnect();
  await once(process, 'exit');
}

export async function startSide({ appTarget }: BenchServer, side: Side, extra = ''): Promise<Running> {
  const { host, path, port, user, database } = appTarget;
  const target = JSON.stringify({ host, path, port, user, database });
  const server = child('graphql-server.child.mjs', [side, target, extra]);
  const { port: listening } = await message<{ port: number }>(server);
  return {
    url: `http://127.0.0.1:${listening}/graphql`,
    cpuUs: () => cpuOf(server),
    close: () => end(server),
  };
}

export function startLoader(): Loader {
  const loader = child('graphql-load.child.mjs', []);
  return {
    async load({ url, cpuUs }, { body, isVaried, accepts }, seconds, from) {
      const before = await cpuUs();
      const told = message<Omit<Load, 'cpuUs'>>(loader);
      loader.send({ url, body, accepts, from: isVaried ? from : null, seconds });
      const measured = await told;
      const took = (await cpuUs()) - before;
      if (measured.failed > 0) throw new Error(`${url}: ${measured.failed} requests failed`);
      return { ...measured, cpuUs: took / Math.max(1, measured.perSecond * seconds) };
    },
    close: () => end(loader),
  };
}
