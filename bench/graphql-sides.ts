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
}

const child = (file: string, args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

const message = <T>(process: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    process.once('message', (told) => resolve(told as T));
    process.once('exit', (code) => reject(new Error(`a side ended with ${code}`)));
  });

async function cpuOf(server: ChildProcess): Promise<number> {
  const told = message<{ cpu: { user: number; system: number } }>(server);
  server.send('usage');
  const { cpu } = await told;
  return cpu.user + cpu.system;
}

/** A side that runs in a process of its own. */
export interface Running {
  url: string;
  /** Asks it for a while by 16 connections. `from`: requests that are to differ are counted from there on. */
  load(question: Question, seconds: number, from: number): Promise<Load>;
  close(): Promise<void>;
}

export async function startSide({ appTarget }: BenchServer, side: Side, extra = ''): Promise<Running> {
  const { host, path, port, user, database } = appTarget;
  const target = JSON.stringify({ host, path, port, user, database });
  const server = child('graphql-server.child.mjs', [side, target, extra]);
  const { port: listening } = await message<{ port: number }>(server);
  const url = `http://127.0.0.1:${listening}/graphql`;
  return {
    url,
    async load(question, seconds, from) {
      const asked = { body: question.body, ...(question.isVaried ? { varied: from } : {}) };
      const before = await cpuOf(server);
      const measured = await message<Omit<Load, 'cpuUs'>>(
        child('graphql-load.child.mjs', [url, JSON.stringify(asked), String(seconds)]),
      );
      const took = (await cpuOf(server)) - before;
      if (measured.failed > 0) throw new Error(`${side}: ${measured.failed} requests failed`);
      return { ...measured, cpuUs: took / Math.max(1, measured.perSecond * seconds) };
    },
    async close() {
      server.disconnect();
      await once(server, 'exit');
    },
  };
}
