import { expect, it } from 'vitest';
import type { ReadVersion, VersionReader } from '../../read/versions.ts';
import { createAnswerCache, type AnswerCache, type Made } from './answer-cache.ts';

function createTestVersions() {
  const state = { epoch: 'e', version: 1, reads: 0, recent: null as ReadVersion | null };
  const versions: VersionReader = {
    recent: () => state.recent,
    read: async () => {
      state.reads += 1;
      return { epoch: state.epoch, version: state.version };
    },
  };
  return { state, versions };
}

const createCache = (maxBytes = 100_000) => {
  const { state, versions } = createTestVersions();
  return { state, cache: createAnswerCache({ versions, build: 'b', maxBytes }) };
};

const made = (version: number, text = `answer of ${version}`): Made => ({
  version,
  parts: [text],
  type: 'application/json',
  status: 200,
  keep: true,
});

/** Counts how often an answer is made. */
function createMaker(make: () => Made | Promise<Made>) {
  const maker = { calls: 0, make: async () => ((maker.calls += 1), make()) };
  return maker;
}

const ask = (cache: AnswerCache, request: string, make: () => Promise<Made>, ifNoneMatch?: string) =>
  cache.answer({ request, ifNoneMatch }, make);

it('an answer is made once for a version and a request', async () => {
  const { state, cache } = createCache();
  const maker = createMaker(() => made(state.version));
  expect((await ask(cache, 'q', maker.make)).result).toBe('miss');
  expect(await ask(cache, 'q', maker.make)).toMatchObject({
    result: 'hit',
    version: 1,
    parts: ['answer of 1'],
  });
  expect((await ask(cache, 'other', maker.make)).result).toBe('miss');
  state.version = 2;
  expect(await ask(cache, 'q', maker.make)).toMatchObject({ result: 'miss', version: 2 });
  expect(maker.calls).toBe(3);
});

it('an answer is kept under the version that it was read from, not the one that was asked for', async () => {
  const { state, cache } = createCache();
  // A commit comes in between: asked at 1, read at 2.
  const first = await ask(cache, 'q', async () => ((state.version = 2), made(2)));
  expect(first).toMatchObject({ version: 2, parts: ['answer of 2'] });
  const again = createMaker(() => made(2));
  const second = await ask(cache, 'q', again.make);
  expect(second.version).toBe(2);
  expect(second.tag).toBe(first.tag);
});

it('a tag that is sent back is answered without making anything, until the version is raised', async () => {
  const { state, cache } = createCache();
  const { tag } = await ask(cache, 'q', async () => made(1));
  const maker = createMaker(() => made(state.version));
  expect(await ask(cache, 'q', maker.make, tag ?? '')).toEqual({ result: 'not_modified', version: 1, tag });
  expect((await ask(cache, 'other', maker.make, tag ?? '')).result).toBe('miss');
  state.version = 2;
  expect((await ask(cache, 'q', maker.make, tag ?? '')).result).toBe('miss');
});

it('a star is no tag: what would be answered may be an error', async () => {
  const { cache } = createCache();
  expect((await ask(cache, 'q', async () => made(1), '*')).result).toBe('miss');
});

it('those who ask for the same at once wait for one answer', async () => {
  const { cache } = createCache();
  const { promise, resolve } = Promise.withResolvers<Made>();
  const maker = createMaker(() => promise);
  const asked = Promise.all(Array.from({ length: 20 }, () => ask(cache, 'q', maker.make)));
  resolve(made(1));
  const results = (await asked).map(({ result }) => result);
  expect(maker.calls).toBe(1);
  expect(results.filter((result) => result === 'shared')).toHaveLength(19);
});

it('who comes after a commit does not wait for an answer that was begun before it', async () => {
  const { state, cache } = createCache();
  const { promise, resolve } = Promise.withResolvers<Made>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const before = ask(cache, 'q', () => (begin(), promise));
  await begun;
  state.version = 2;
  expect(await ask(cache, 'q', async () => made(2))).toMatchObject({ result: 'miss', version: 2 });
  resolve(made(1));
  expect((await before).version).toBe(1);
  // And the late one has not taken its place.
  expect(await ask(cache, 'q', async () => made(3))).toMatchObject({ result: 'hit', version: 2 });
});

it('an answer with an error in it is shared with those who wait, and then made anew', async () => {
  const { cache } = createCache();
  const failing = async (): Promise<Made> => ({ ...made(1, 'error'), keep: false });
  expect(await ask(cache, 'q', failing)).toMatchObject({ result: 'miss', tag: null });
  expect((await ask(cache, 'q', async () => made(1))).result).toBe('miss');
  await expect(ask(cache, 'p', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await ask(cache, 'p', async () => made(1))).result).toBe('miss');
});

it('another log at the same version is another answer', async () => {
  const { state, cache } = createCache();
  const first = await ask(cache, 'q', async () => made(1));
  state.epoch = 'f';
  const second = await ask(cache, 'q', async () => made(1));
  expect(second.result).toBe('miss');
  expect(second.tag).not.toBe(first.tag);
});

it('a version that goes back, as after a restore, finds nothing of before', async () => {
  const { state, cache } = createCache();
  state.version = 5;
  await ask(cache, 'q', async () => made(5));
  state.version = 4;
  await ask(cache, 'other', async () => made(4));
  state.version = 5;
  expect((await ask(cache, 'q', async () => made(5, 'another 5'))).result).toBe('miss');
});

it('what is kept stays within the limit, and what was used last stays longest', async () => {
  const { cache } = createCache(10_000);
  const text = 'x'.repeat(1_000);
  for (let n = 0; n < 50; n += 1) {
    await ask(cache, `q${n}`, async () => made(1, text));
    expect((await ask(cache, 'q0', async () => made(1, text))).result).toBe('hit');
    expect(cache.size().bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.size().answers).toBe(4);
  // One that is too large drives nothing out.
  await ask(cache, 'large', async () => made(1, 'x'.repeat(5_000)));
  expect((await ask(cache, 'q0', async () => made(1))).result).toBe('hit');
});

it('with no bytes nothing is kept, and tags are as good', async () => {
  const { cache } = createCache(0);
  const { tag } = await ask(cache, 'q', async () => made(1));
  expect((await ask(cache, 'q', async () => made(1))).result).toBe('miss');
  expect((await ask(cache, 'q', async () => made(1), tag ?? '')).result).toBe('not_modified');
});

it('only what is neither kept nor being made is begun with the version of a moment ago', async () => {
  const { state, cache } = createCache();
  state.recent = { epoch: 'e', version: 1 };
  // A commit has come since: what is made finds it out.
  state.version = 2;
  expect(await ask(cache, 'q', async () => made(2))).toMatchObject({ result: 'miss', version: 2 });
  expect(state.reads).toBe(0);
  expect(await ask(cache, 'q', async () => made(9))).toMatchObject({ result: 'hit', version: 2 });
  expect(state.reads).toBe(1);
  state.recent = { epoch: 'e', version: 2 };
  const { promise, resolve } = Promise.withResolvers<Made>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = ask(cache, 'p', () => (begin(), promise));
  await begun;
  state.version = 3;
  expect(await ask(cache, 'p', async () => made(3))).toMatchObject({ result: 'miss', version: 3 });
  resolve(made(2));
  await first;
});
