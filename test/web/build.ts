import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../src/version.ts';

/** Builds GraphiQL into a folder of its own, as `npm run build` does into dist. */
export async function buildGraphiql(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-graphiql-'));
  await promisify(execFile)(process.execPath, [join(projectRoot, 'scripts', 'build-web.mjs'), folder]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
