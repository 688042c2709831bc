import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchServer } from './server.ts';

const rebuilt = z.object({
  seconds: z.number(),
  /** The most it ever had. */
  rssBytes: z.number(),
  /** When it began to swap, and when all was over, by this machine's clock. */
  swapAt: z.number(),
  doneAt: z.number(),
});
export type Rebuilt = z.infer<typeof rebuilt>;

/** One rebuild in a process of its own. */
export async function runRebuild({ appTarget }: BenchServer): Promise<Rebuilt> {
  const child = fork(join(import.meta.dirname, 'rebuild.child.ts'), [JSON.stringify(appTarget)]);
  const [message] = await once(child, 'message');
  if (child.exitCode === null) await once(child, 'exit');
  return rebuilt.parse(message);
}
