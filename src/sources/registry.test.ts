import { describe, expect, it } from 'vitest';
import { directoryStreams, feedOfStream, feedsOf, sources } from './registry.ts';

describe('the registry', () => {
  it('finds every feed by its stream, with its source, a directory as well as a market', () => {
    for (const source of sources)
      for (const feed of feedsOf(source)) expect(feedOfStream(feed.stream)).toEqual({ source, feed });
    expect(feedOfStream('coingecko.list')?.feed).not.toBe(feedOfStream('coingecko.markets')?.feed);
  });

  it('knows which streams are directories', () => {
    expect(directoryStreams).toContain('coingecko.list');
    for (const source of sources) expect(directoryStreams).not.toContain(source.feed.stream);
  });

  it('knows no other', () => {
    expect(feedOfStream('Coingecko.markets')).toBeNull();
    expect(feedOfStream('identity')).toBeNull();
  });

  it('has each name, stream and variable once, or the very same variable', () => {
    expect(new Set(sources.map((source) => source.name)).size).toBe(sources.length);
    const streams = sources.flatMap((source) => feedsOf(source).map(({ stream }) => stream));
    expect(new Set(streams).size).toBe(streams.length);
    const variables = new Map(sources.flatMap((source) => Object.entries(source.variables)));
    for (const source of sources) {
      for (const [name, variable] of Object.entries(source.variables))
        expect(variables.get(name)).toBe(variable);
    }
  });
});
