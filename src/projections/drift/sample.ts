import { Numeral } from '../../sources/json.ts';
import { storable } from './path.ts';

const textMax = 100;
const elementsMax = 3;
const namesMax = 10;
const depthMax = 2;

const shortText = (text: string): string => {
  const cut = storable(text.slice(0, textMax));
  return text.length > textMax ? `${cut}…` : cut;
};

/** A value for people to look at: short, and plain JSON that jsonb takes. What is left out shows as `…`. */
export function sampleOf(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shortText(value);
  if (value instanceof Numeral) return shortText(value.source);
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  if (value === null || typeof value !== 'object') return value ?? null;
  if (depth === depthMax) return '…';
  if (Array.isArray(value)) {
    const shown = value.slice(0, elementsMax).map((item) => sampleOf(item, depth + 1));
    return value.length > elementsMax ? [...shown, '…'] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, namesMax)
    .map(([name, inner]): [string, unknown] => [shortText(name), sampleOf(inner, depth + 1)]);
  return Object.fromEntries(entries.length > namesMax ? [...shown, ['…', '…']] : shown);
}
