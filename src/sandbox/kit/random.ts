/**
 * Chance without state: the same parts give the same number in every process, so that nothing simulated has to be
 * kept or replayed.
 */

function mix(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** An unsigned 32-bit hash of the parts, in their order. Numbers count as 32-bit integers. */
export function hashOf(...parts: (number | string)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    if (typeof part === 'number') {
      hash = mix(Math.imul(hash, 31) + part);
    } else {
      for (let i = 0; i < part.length; i += 1) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
      hash = mix(hash ^ part.length);
    }
  }
  return hash >>> 0;
}

/** A number in [0, 1) drawn by the parts. */
export function unit(...parts: (number | string)[]): number {
  return hashOf(...parts) / 2 ** 32;
}

/** The entry of the list that a number in [0, 1) falls on. */
export function pick<T>(list: readonly [T, ...T[]], chance: number): T {
  return list[Math.floor(chance * list.length)] ?? list[0];
}

function lattice(seed: number, point: number): number {
  return (mix(Math.imul(point, 0x9e3779b1) + seed) >>> 0) / 2 ** 31 - 1;
}

/** Smooth noise in [-1, 1] over a line: random values at whole numbers, eased between them. */
export function noise(seed: number, x: number): number {
  const left = Math.floor(x);
  const fraction = x - left;
  const from = lattice(seed, left);
  const eased = fraction * fraction * (3 - 2 * fraction);
  return from + (lattice(seed, left + 1) - from) * eased;
}
