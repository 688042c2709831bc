import { describe, expect, it } from 'vitest';
import type { Source, Variable } from './source.ts';
import { testFileFeed } from './test-source-file.ts';
import { testDirectory, testPollFeed } from './test-source-poll.ts';

/** What the suite reads with a source, by a name for each. At least one that gives coins. */
export interface SourceSamples {
  /** Bodies of status 200 as the API sends them, asked for with the default settings. Small ones: each field is broken. */
  pages?: Record<string, Uint8Array>;
  /** The same of each directory, by its stream: the first page that it asks for. */
  directories?: Record<string, Record<string, Uint8Array>>;
  /** Whole files, for a source that reads files. */
  files?: Record<string, Uint8Array>;
}

function testVariable(name: string, { schema, description, example, secret }: Variable): void {
  it(`${name} is described, may be unset, and is a secret when it is a key`, () => {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
    expect(description).toMatch(/^\S.*\.$/s);
    expect(schema.safeParse(undefined).success).toBe(true);
    if (example !== undefined) expect(schema.safeParse(example).success).toBe(true);
    expect(secret ?? false).toBe(/_(?:KEY|SECRET|TOKEN|PASSWORD)$/.test(name));
    if (secret) expect(example).toBeUndefined();
  });
}

/**
 * What every source keeps to, whatever its API: call it in `<source>/conformance.test.ts`.
 * It fails where a source would lose records, print a key, or stop the projector.
 */
export function testSource(source: Source, samples: SourceSamples): void {
  describe(`source ${source.name}`, () => {
    it('has a name, a stream and a schedule that others can rely on', () => {
      expect(source.name).toMatch(/^[a-z][a-z0-9]*$/);
      expect(source.title.trim()).not.toBe('');
      expect(source.feed.stream).toMatch(/^[a-z][a-z0-9]*\.[a-z][a-z0-9-]*$/);
      expect(source.feed.stream.split('.')[0]).toBe(source.name);
      expect(source.schedule.trim().split(/\s+/)).toHaveLength(5);
      expect(source.staleAfterMs).toBeGreaterThan(0);
      expect(source.settings === null).toBe(source.feed.kind === 'file');
    });

    for (const [name, variable] of Object.entries(source.variables)) testVariable(name, variable);

    if (source.feed.kind === 'poll') testPollFeed(source, source.feed, samples.pages ?? {});
    else testFileFeed(source.feed, samples.files ?? {});

    for (const directory of source.directories)
      describe(`directory ${directory.stream}`, () => {
        it('has a stream of its own among those of its source', () => {
          expect(directory.stream).toMatch(/^[a-z][a-z0-9]*\.[a-z][a-z0-9-]*$/);
          expect(directory.stream.split('.')[0]).toBe(source.name);
          expect(directory.stream).not.toBe(source.feed.stream);
        });
        testDirectory(source, directory, samples.directories?.[directory.stream] ?? {});
      });
  });
}
