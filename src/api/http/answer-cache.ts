import type { ReadVersion, VersionReader } from '../../read/versions.ts';
import { createLru } from '../../lru.ts';
import { namesTag, weakTag } from './etag.ts';

/** An answer as it was made. */
export interface Made {
  /** Of the read model, by the snapshot that it was read from. */
  version: number;
  /** Its text; of two parts where each request puts something of its own between them. */
  parts: readonly string[];
  /** For the header `Content-Type`. */
  type: string;
  status: number;
  /** False: it holds an error, which may be gone the next time. */
  keep: boolean;
}

/** `hit`: as it was kept. `miss`: made for this request. `shared`: made for another one that came a little before. */
export type CacheResult = 'hit' | 'miss' | 'shared' | 'not_modified';

export type Answer =
  | { result: 'not_modified'; version: number; tag: string }
  /** `tag` null: not to be kept by anyone. */
  | (Omit<Made, 'keep'> & { result: Exclude<CacheResult, 'not_modified'>; tag: string | null });

export interface Asked {
  /** Normalised: all that an answer depends on besides the read model. */
  request: string;
  ifNoneMatch?: string | undefined;
}

export interface AnswerCache {
  /**
   * The answer to a request that depends on the read model alone, after every check of safety. Never older than the
   * read model was when this was called. `make` is not called for what is kept, is being made, or is known to the client;
   * it is told the version that was seen, for `ReadSessions.openSteady`.
   */
  answer(asked: Asked, make: (seen: ReadVersion) => Promise<Made>): Promise<Answer>;
  /** What is kept, for looking at. */
  size(): { answers: number; bytes: number };
}

export interface AnswerCacheDeps {
  versions: VersionReader;
  /** Of program and configuration: whatever else an answer depends on. */
  build: string;
  /** Of what is kept; 0: nothing is, but ETags and sharing remain. */
  maxBytes: number;
}

type Kept = Omit<Made, 'keep'> & { tag: string };

// A string takes at most two bytes a character; the rest is what a map's entry takes, about.
const entryBytes = 200;
const bytesOf = (request: string, { parts }: Kept): number =>
  entryBytes + 2 * parts.reduce((sum, part) => sum + part.length, request.length);

/** Answers of one version. */
function createShelf(maxBytes: number) {
  const kept = createLru(maxBytes, bytesOf);
  let current: ReadVersion = { epoch: '', version: -1 };
  const isCurrent = (of: ReadVersion) => of.version === current.version && of.epoch === current.epoch;

  /** From here on what is put and found is of this version: nothing older is asked for again. */
  function turnTo(version: ReadVersion): void {
    if (!isCurrent(version)) kept.clear();
    current = version;
  }

  return {
    turnTo,
    has: (request: string) => kept.has(request),
    find: (request: string) => kept.get(request),
    put(request: string, of: ReadVersion, answer: Kept): void {
      // Whoever made it may be the first to have seen a version.
      if (of.epoch === current.epoch && of.version > current.version) turnTo(of);
      if (isCurrent(of)) kept.set(request, answer);
    },
    size: () => ({ answers: kept.count, bytes: kept.size }),
  };
}

/** One for all APIs of a process. See docs/decisions/0019. */
export function createAnswerCache({ versions, build, maxBytes }: AnswerCacheDeps): AnswerCache {
  const shelf = createShelf(maxBytes);
  const making = new Map<string, Promise<Made>>();
  /** How often an answer to each request is being made, of whatever version. */
  const asked = new Map<string, number>();

  const tagOf = (epoch: string, readModelVersion: number, request: string): string =>
    weakTag({ epoch, build, readModelVersion, request });

  function count(request: string, by: 1 | -1): void {
    const left = (asked.get(request) ?? 0) + by;
    if (left === 0) asked.delete(request);
    else asked.set(request, left);
  }

  /**
   * Which version an answer must not be older than. Where nothing is kept or being made it will be made, of the version
   * as it is then: that of a moment ago does to begin with.
   */
  async function look({ request, ifNoneMatch }: Asked): Promise<ReadVersion> {
    const isNew = ifNoneMatch === undefined && !asked.has(request) && !shelf.has(request);
    return (isNew ? versions.recent() : null) ?? versions.read();
  }

  /** Those who share it have all seen the same version, and what is made is not older. */
  function makeOnce(
    key: string,
    make: () => Promise<Made>,
  ): { result: 'miss' | 'shared'; made: Promise<Made> } {
    const running = making.get(key);
    if (running) return { result: 'shared', made: running };
    const made = make().finally(() => making.delete(key));
    making.set(key, made);
    return { result: 'miss', made };
  }

  return {
    async answer({ request, ifNoneMatch }, make) {
      const seen = await look({ request, ifNoneMatch });
      const { epoch, version } = seen;
      shelf.turnTo(seen);
      // "*" means any answer, and there may be none but an error.
      if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
        const tag = tagOf(epoch, version, request);
        if (namesTag(ifNoneMatch, tag)) return { result: 'not_modified', version, tag };
      }
      const kept = shelf.find(request);
      if (kept) return { result: 'hit', ...kept };
      const key = `${epoch} ${version} ${request}`;
      const { result, made } = makeOnce(key, async () => {
        count(request, 1);
        try {
          return await make(seen);
        } finally {
          count(request, -1);
        }
      });
      const { keep, ...answer } = await made;
      const tag = keep ? tagOf(epoch, answer.version, request) : null;
      if (tag !== null && result === 'miss')
        shelf.put(request, { epoch, version: answer.version }, { ...answer, tag });
      return { result, ...answer, tag };
    },
    size: shelf.size,
  };
}
