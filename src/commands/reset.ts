import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { removeEmbedded } from '../database/embedded/server.ts';
import { CoinlogError } from '../errors.ts';
import { demoDataDir, demoFilesDir } from './data-dir.ts';

/** Deletes the demo's data, after asking. Without a terminal to ask on, `--yes` has to say it. */
export async function resetDemoCommand(confirmed: boolean): Promise<number> {
  if (!existsSync(demoDataDir)) {
    process.stderr.write('There is no demo data to delete.\n');
    return 0;
  }
  if (!confirmed && !(await confirm(`Delete ${demoDataDir} and all that is in it? [y/N] `))) {
    process.stderr.write('Nothing was deleted.\n');
    return 1;
  }
  await removeEmbedded(demoDataDir);
  await rm(demoFilesDir, { recursive: true, force: true });
  process.stderr.write('The demo data is gone; the next "make demo" starts anew.\n');
  return 0;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new CoinlogError('USAGE', 'There is no terminal to ask on: add --yes to delete the demo data.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
