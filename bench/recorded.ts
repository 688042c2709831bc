import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createRandom, perPage } from './pages.ts';

const root = join(import.meta.dirname, '..');
// The first that is there: a real answer where the checkout has one beside it, else the invented one it always has.
const candidates = [
  join(root, '..', 'shared', 'payloads', 'coingecko', 'markets_2025-12-29_usd_100.json'),
  join(root, 'fixtures', 'coingecko', 'markets.json'),
];

const recordSchema = z.record(z.string(), z.unknown()).and(z.object({ id: z.string() }));
type Recorded = z.infer<typeof recordSchema>;

export interface RecordedAnswer {
  /** The name of the file, for the output. */
  file: string;
  records: Recorded[];
  /** The records as one page, as compact as an API sends it. */
  page: string;
}

/** The recorded answer of `/coins/markets` that pages are drawn from. */
export function readRecorded(): RecordedAnswer {
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`none of ${candidates.join(', ')} is there`);
  const records = z
    .array(recordSchema)
    .min(1)
    .parse(JSON.parse(readFileSync(path, 'utf8')));
  return { file: path.slice(path.lastIndexOf('/') + 1), records, page: JSON.stringify(records) };
}

type Draw = () => string;
type Random = () => number;

const minuteMs = 60 * 1000;

/** The number up to a tenth more or less, with as many decimals as it was recorded with. */
function drawNumber(recorded: string, random: Random): string {
  const value = Number(recorded) * (0.9 + random() * 0.2);
  if (/e/i.test(recorded)) return String(Number(value.toPrecision(recorded.replace(/e.*|\D/gi, '').length)));
  const decimals = recorded.split('.')[1]?.length ?? 0;
  return String(Number(value.toFixed(decimals)));
}

/** The time up to a minute later: that is how far apart the coins of one page were last updated. */
const drawTime = (recorded: string, random: Random): string =>
  new Date(Date.parse(recorded) + Math.floor(random() * minuteMs)).toISOString();

// A time; a text up to its end, so that no digit within is taken for a number; a number.
const token = /"\d{4}-\d\d-\d\dT[\d:.]+Z"|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** A record cut into what stays, texts and past days, and what is drawn anew for every page: numbers, last update. */
function toDraws(record: Recorded, random: Random): Draw[] {
  const text = JSON.stringify(record);
  const draws: Draw[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(token)) {
    // The day of an all-time high stays from poll to poll.
    const isTime = text.slice(0, index).endsWith('"last_updated":');
    if (found.startsWith('"') && !isTime) continue;
    const before = text.slice(from, index);
    from = index + found.length;
    draws.push(
      () => before + (isTime ? `"${drawTime(found.slice(1, -1), random)}"` : drawNumber(found, random)),
    );
  }
  const rest = text.slice(from);
  return [...draws, () => rest];
}

/**
 * Pages of 250 coins: the recorded ones over and over, each with an id of its own, and every number and last update of every
 * coin drawn anew, independently of all others, with as many digits as it was recorded with. Seeded.
 */
export function* drawPages({ records }: RecordedAnswer, count: number, seed = 1): Generator<string> {
  const random = createRandom(seed);
  const coins = Array.from({ length: perPage }, (_, index) => {
    const record = records[index % records.length] ?? { id: '' };
    const round = Math.floor(index / records.length);
    return toDraws(round === 0 ? record : { ...record, id: `${record.id}-${round + 1}` }, random);
  });
  for (let page = 0; page < count; page += 1)
    yield `[${coins.map((draws) => draws.map((draw) => draw()).join('')).join(',')}]`;
}
