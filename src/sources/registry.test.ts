import { describe, expect, it } from 'vitest';
import { sourceOfStream, sources } from './registry.ts';

describe('the registry', () => {
  it('finds every source by its stream', () => {
    for (const source of sources) expect(sourceOfStream(source.feed.stream)).toBe(source);
  });

  it('knows no other', () => {
    expect(sourceOfStream('Coingecko.markets')).toBeNull();
    expect(sourceOfStream('identity')).toBeNull();
  });

  it('has each name, stream and variable once, or the very same variable', () => {
    expect(new Set(sources.map((source) => source.name)).size).toBe(sources.length);
    expect(new Set(sources.map((source) => source.feed.stream)).size).toBe(sources.length);
    const variables = new Map(sources.flatMap((source) => Object.entries(source.variables)));
    for (const source of sources) {
      for (const [name, variable] of Object.entries(source.variables))
        expect(variables.get(name)).toBe(variable);
    }
  });
});
