import { connections } from './connections.ts';
import type { FaultSizes } from './fault.ts';
import { fields } from './fields.ts';
import { hugeBodies } from './huge.ts';
import { paging } from './paging.ts';
import { refusals } from './refusals.ts';
import { wrongBodies } from './wrong-bodies.ts';

export const defaultSizes: FaultSizes = { hugeBytes: 200_000_000, bombBytes: 1_000_000_000, awayMs: 5_000 };

/**
 * Every fault by its name. A failure of name resolution is not among them: it happens before any server is asked.
 * Those that change a page leave answers alone that are no list of objects, as that of `/ping`.
 */
export function createFaults(sizes: FaultSizes) {
  return {
    ...refusals,
    ...connections(sizes),
    ...wrongBodies,
    ...paging,
    ...fields,
    ...hugeBodies(sizes),
  };
}

export type FaultName = keyof ReturnType<typeof createFaults>;

const faults = createFaults(defaultSizes);

export const faultNames = Object.keys(faults) as FaultName[];

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}

/** Name and one line of description of every fault. */
export const faultList: readonly { name: FaultName; about: string }[] = faultNames.map((name) => ({
  name,
  about: faults[name].about,
}));
