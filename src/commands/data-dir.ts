import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../version.ts';

export const demoDataDir = join(projectRoot, '.coinlog', 'demo');
/** The CSV file that the demo's market writes. */
export const demoFilesDir = join(projectRoot, '.coinlog', 'demo-files');
export const liveDataDir = join(projectRoot, '.coinlog', 'data');

/**
 * Where the embedded server keeps its data. Nothing configured and only a demo there: a command that looks at data
 * looks at the demo's, so that the README's examples work right after `make demo`; one that fetches never does.
 */
export function chooseDataDir(
  configured: string | null,
  looksOnly: boolean,
): { dataDir: string; isDemo: boolean } {
  if (configured !== null) return { dataDir: resolve(configured), isDemo: false };
  const isDemo = looksOnly && !existsSync(liveDataDir) && existsSync(demoDataDir);
  return { dataDir: isDemo ? demoDataDir : liveDataDir, isDemo };
}
