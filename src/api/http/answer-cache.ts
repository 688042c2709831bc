import type { ReadVersion, VersionReader } from '../../read/versions.ts';
import { namesTag, weakTag } from './etag.ts';

/** An answer as it was made. */
export interface Made {
  /** Of the read model, by the snapshot that it was read from. */
  version: number;
  /** Its text; of two parts where each request puts something of its own between them. */
  parts: readonly string[];
  /** False: it holds an error, which may be gone the next time. */
  keep: boolean;
}

/** `hit`: as it was kept. `miss`: made for this request. `shared`: made for another one that came a little before. */
export type CacheResult = 'hit' | 'miss' | 'shared' | 'not_modified';

export type Answer =
  | { result: 'not_modified'; version: number; tag: string }
  /** `tag` null: not to be kept by anyone. */
  | {
      result: Exclude<CacheResult, 'not_modified'>;
      version: number;
      tag: string | null;
      parts: readonly string[];
    };

export interface Asked {
  /** Normalised: all that an answer depends on besides the read model. */
  request: string;
  ifNoneMatch?: string | undefined;
}

export interface AnswerCache {
  /**
   * The answer to a request that depends on the read model alone, after every check of safety. Never older than the
   * read model was when this was called. `make` is not called for what is kept, is being made, or is known to the client.
   */
  answer(asked: Asked, make: () => Promise<Made>): Promise<Answer>;
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

interface Kept {
  tag: string;
  parts: readonly string[];
}

// A string takes at most two bytes a character; the rest is what a map's entry takes, about.
const entryBytes = 200;
const bytesOf = (request: string, { parts }: Kept): number =>
  entryBytes + 2 * parts.reduce((sum, part) => sum + part.length, request.length);

/** Answers of one version, the most recently used ones, within a limit of bytes. */
function createShelf(maxBytes: number) {
  const kept = new Map<string, { shelved: Kept; bytes: number }>();
  let current: ReadVersion = { epoch: '', version: -1 };
  let bytes = 0;

  function drop(request: string): void {
    const found = kept.get(request);
    if (!found) return;
    kept.delete(request);
    bytes -= found.bytes;
  }

  return {
    /** From here on what is put and found is of this version: nothing older is asked for again. */
    turnTo(version: ReadVersion): void {
      if (version.version === current.version && version.epoch === current.epoch) return;
      kept.clear();
      bytes = 0;
      current = version;
    },
    find(request: string): Kept | null {
      const found = kept.get(request);
      if (!found) return null;
      kept.delete(request);
      kept.set(request, found);
      return found.shelved;
    },
    put(request: string, of: ReadVersion, answer: Kept): void {
      const size = bytesOf(request, answer);
      // One answer does not drive out most of the others.
      if (size > maxBytes / 4 || of.version !== current.version || of.epoch !== current.epoch) return;
      drop(request);
      kept.set(request, { shelved: answer, bytes: size });
      bytes += size;
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) return;
        drop(oldest);
      }
    },
    size: () => ({ answers: kept.size, bytes }),
  };
}

/** One for all APIs of a process. See docs/decisions/0019. */
export function createAnswerCache({ versions, build, maxBytes }: AnswerCacheDeps): AnswerCache {
  const shelf = createShelf(maxBytes);
  const making = new Map<string, Promise<Made>>();

  const tagOf = (epoch: string, readModelVersion: number, request: string): string =>
    weakTag({ epoch, build, readModelVersion, request });

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
      const seen = await versions.read();
      const { epoch, version } = seen;
      shelf.turnTo(seen);
      // "*" means any answer, and there may be none but an error.
      if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
        const tag = tagOf(epoch, version, request);
        if (namesTag(ifNoneMatch, tag)) return { result: 'not_modified', version, tag };
      }
      const kept = shelf.find(request);
      if (kept) return { result: 'hit', version, ...kept };
      const { result, made } = makeOnce(`${epoch} ${version} ${request}`, make);
      const { version: madeOf, parts, keep } = await made;
      const tag = keep ? tagOf(epoch, madeOf, request) : null;
      if (tag !== null && result === 'miss') shelf.put(request, { epoch, version: madeOf }, { tag, parts });
      return { result, version: madeOf, tag, parts };
    },
    size: shelf.size,
  };
}
