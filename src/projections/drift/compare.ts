import type { PayloadFields } from '../../sources/payload-fields.ts';
import { findAdded, findTypes } from './added.ts';
import type { Baseline, Observed } from './baseline.ts';
import type { DriftFinding } from './finding.ts';
import { findJumps, findLost } from './missing.ts';
import { observe } from './observation.ts';
import { byPath } from './path.ts';
import { pairRenames } from './rename.ts';

/** Every difference between a completed run and what was known before it, by path. */
export function compareShapes(baseline: Baseline, observed: Observed, fields: PayloadFields): DriftFinding[] {
  const observation = observe(baseline, observed, fields);
  return [
    ...pairRenames(findLost(observation), findAdded(observation), observation),
    ...findTypes(observation),
    ...findJumps(observation),
  ].sort(byPath);
}
