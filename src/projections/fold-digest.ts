import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** What turns an event into rows; a stand-in or a test decides nothing. */
const foldFolders = ['projections', 'sources'];
/** The extension is that of the running build. */
const foldFiles = [
  'control/anomaly-decisions',
  'control/drift-decisions',
  'control/history-decisions',
  'control/record-decisions',
  'identity/consensus',
  'identity/decimal',
  'identity/events',
  'identity/fold',
  'identity/source-coin',
  'identity/standing',
  'log/event-id',
  'projector/batch',
  'projector/copy-rows',
  'projector/expire',
  'projector/fold-event',
  'projector/folded-before',
  'projector/identity-memory',
  'projector/outcomes',
  'projector/write-anomalies',
  'projector/write-aside',
  'projector/write-batch',
  'projector/write-coins',
  'projector/write-decisions',
  'projector/write-drift',
  'projector/write-identity',
  'projector/write-listings',
  'projector/write-records',
  'projector/write-runs',
  'projector/write-sweeps',
];
const isFold = (name: string): boolean => /\.(js|ts)$/.test(name) && !/sandbox|test|\.d\.ts$/.test(name);

/**
 * A digest of the folds' own code. A read model made by other folds is rebuilt before anything is added to it: a
 * version number that somebody must remember to raise would be forgotten one day.
 */
export function readFoldDigest(): string {
  const root = join(import.meta.dirname, '..');
  const hash = createHash('sha256');
  for (const folder of foldFolders) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(isFold)
      .sort();
    for (const file of files)
      hash.update(`${folder}/${file}\n`).update(readFileSync(join(root, folder, file)));
  }
  const extension = extname(import.meta.filename);
  for (const file of foldFiles)
    hash.update(`${file}\n`).update(readFileSync(join(root, `${file}${extension}`)));
  return hash.digest('hex').slice(0, 16);
}
