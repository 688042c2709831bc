import { jsonTypes, type JsonType } from './json-type.ts';
import type { Counts, TypeShape } from './shape.ts';

const overlapOf = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => a.intersection(b).size;

/** The words of a name: `volumeUsd_24h` is volume, usd, 24h. */
const wordsOf = (name: string): Set<string> =>
  new Set(
    name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== ''),
  );

const pairsIn = (text: string): Set<string> =>
  new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2)));

/** `percent_change_1h` and `percent_change_6h` are alike but for what matters. */
function isOtherWindow(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const numbers = (words: ReadonlySet<string>): Set<string> =>
    new Set([...words].filter((word) => /\d/.test(word)));
  const [one, other] = [numbers(a), numbers(b)];
  return one.size > 0 && other.size > 0 && overlapOf(one, other) === 0;
}

/** How alike two names are, from 0 to 1: by their words, or by their pairs of letters. */
export function nameLikeness(a: string, b: string): number {
  const [words, others] = [wordsOf(a), wordsOf(b)];
  if (words.size === 0 || others.size === 0 || isOtherWindow(words, others)) return 0;
  const common = overlapOf(words, others);
  const byWords = (common / Math.min(words.size, others.size) + common / words.union(others).size) / 2;
  const letters = [...words].join('');
  const otherLetters = [...others].join('');
  if (letters === otherLetters) return 1;
  const [pairs, otherPairs] = [pairsIn(letters), pairsIn(otherLetters)];
  const byPairs = (2 * overlapOf(pairs, otherPairs)) / Math.max(1, pairs.size + otherPairs.size);
  return Math.max(byWords, byPairs);
}

type Range = [low: number, high: number];

function rangeLikeness([low, high]: Range, [otherLow, otherHigh]: Range): number {
  const overlap = Math.min(high, otherHigh) - Math.max(low, otherLow);
  return Math.max(0, overlap / (Math.max(high, otherHigh) - Math.min(low, otherLow)));
}

/** Decades from 1e-12, the smallest prices there are. Half a decade more each way: values move between two runs. */
function decadesOf({ low, high }: TypeShape): Range {
  const decade = (value: number): number => Math.sign(value) * Math.log10(1 + Math.abs(value) * 1e12);
  return [decade(low ?? 0) - 0.5, decade(high ?? 0) + 0.5];
}

const lengthsOf = ({ low, high }: TypeShape): Range => [(low ?? 0) - 1, (high ?? 0) + 1];

function formOf(sample: unknown): string {
  const text = String(sample);
  if (/^\d{4}-\d\d-\d\d/.test(text)) return 'time';
  if (/^https?:/.test(text)) return 'address';
  return /^-?[\d.]+(?:e[+-]?\d+)?$/i.test(text) ? 'number' : 'text';
}

function namesLikeness(a: readonly string[], b: readonly string[]): number {
  const [one, other] = [new Set(a), new Set(b)];
  return overlapOf(one, other) / Math.max(1, one.union(other).size);
}

/** What two fields hold, and the names of their children where they are objects. */
export interface Content {
  counts: Counts;
  children: readonly string[];
}

function typeLikeness(type: JsonType, a: Content, b: Content): number {
  const [one, other] = [a.counts.types[type], b.counts.types[type]];
  if (one === undefined || other === undefined) return 0;
  switch (type) {
    case 'number':
      return rangeLikeness(decadesOf(one), decadesOf(other));
    case 'string':
      return formOf(one.sample) === formOf(other.sample)
        ? (1 + rangeLikeness(lengthsOf(one), lengthsOf(other))) / 2
        : 0;
    case 'object':
      return namesLikeness(a.children, b.children);
    default:
      // There is little to tell arrays or booleans apart by.
      return 0.5;
  }
}

/** How alike what two fields hold is, from 0 to 1; null where they have no type in common. */
export function contentLikeness(a: Content, b: Content): number | null {
  const common = jsonTypes.filter((type) => a.counts.types[type] && b.counts.types[type]);
  if (common.length === 0) return null;
  return Math.max(...common.map((type) => typeLikeness(type, a, b)));
}
