import { coingecko } from './coingecko/index.ts';
import { coinpaprika } from './coinpaprika/index.ts';
import { csv } from './csv/index.ts';
import type { Feed, Source } from './source.ts';

/** Every source there is. A further one is a folder and its name here. */
export const sources: readonly Source[] = [coinpaprika, coingecko, csv];

/** Every feed of a source: the market's first, then its directories. */
export const feedsOf = ({ feed, directories }: Source): readonly Feed[] => [feed, ...directories];

/** Streams that tell who coins are and not what they cost. */
export const directoryStreams: readonly string[] = sources.flatMap(({ directories }) =>
  directories.map(({ stream }) => stream),
);

export interface FeedOfSource {
  source: Source;
  feed: Feed;
}

/** The feed that fills that stream, with its source; null for a stream of decisions. */
export function feedOfStream(stream: string): FeedOfSource | null {
  for (const source of sources) {
    const feed = feedsOf(source).find((each) => each.stream === stream);
    if (feed) return { source, feed };
  }
  return null;
}
