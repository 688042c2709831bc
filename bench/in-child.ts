import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchServer } from './server.ts';

const measured = z.object({
  seconds: z.number(),
  /** The most it ever had. */
  rssBytes: z.number(),
});

/** When a rebuild began to swap, and when all was over, by this machine's clock. */
const rebuilt = measured.extend({ swapAt: z.number(), doneAt: z.number() });

async function inChild(file: string, { appTarget }: BenchServer): Promise<unknown> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(appTarget)]);
  const [message] = await once(child, 'message');
  if (child.exitCode === null) await once(child, 'exit');
  return message;
}

/** Folds the whole log into a live read model, in a process of its own. */
export const runFollowing = async (server: BenchServer) =>
  measured.parse(await inChild('following.child.ts', server));

/** One rebuild in a process of its own. */
export const runRebuild = async (server: BenchServer) =>
  rebuilt.parse(await inChild('rebuild.child.ts', server));
