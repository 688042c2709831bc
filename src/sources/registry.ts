import { coingecko } from './coingecko/index.ts';
import { coinpaprika } from './coinpaprika/index.ts';
import { csv } from './csv/index.ts';
import type { Source } from './source.ts';

/** Every source there is. A further one is a folder and its name here. */
export const sources: readonly Source[] = [coinpaprika, coingecko, csv];

/** The source whose feed fills that stream, or null for a stream of decisions. */
export function sourceOfStream(stream: string): Source | null {
  return sources.find((source) => source.feed.stream === stream) ?? null;
}
