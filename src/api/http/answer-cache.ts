import type { ReadVersion, VersionReader } from '../../read/versions.ts';
import { createLru } from '../../lru.ts';
import { namesTag, weakTag } from './etag.ts';
import { createPackable, type Packable } from './packed.ts';

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
  /** `tag` null: not to be kept by anyone. `packable`: its text, where it was kept and may be packed. */
  | (Omit<Made, 'keep'> & {
      result: Exclude<CacheResult, 'not_modified'>;
      tag: string | null;
      packable: Packable | null;
    });

export interface Asked {
  /** Normalised: all that an answer depends on besides the read model. */
  request: string;
  /** The header. Null: its client could not send one back, as after a POST, and is given no tag. */
  ifNoneMatch?: string | null | undefined;
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

/** The tag is made for the first who is given it: a digest takes 4 microseconds. */
type Kept = Omit<Made, 'keep'> & { tag: string | null; packable: Packable | null };

// A string takes at most two bytes a character, and half a byte more once it is packed in both ways; the rest is what a
// map's entry takes, about.
const entryBytes = 200;
const bytesOf = (request: string, { parts, packable }: Kept): number => {
  const characters = parts.reduce((sum, part) => sum + part.length, request.length);
  return entryBytes + Math.ceil((packable ? 2.5 : 2) * characters);
};

const packableOf = ({ parts: [text = '', ...others] }: Pick<Made, 'parts'>): Packable | null =>
  others.length === 0 ? createPackable(text) : null;

const isSame = (a: ReadVersion, b: ReadVersion): boolean => a.version === b.version && a.epoch === b.epoch;

/** Answers of one version. */
function createShelf(maxBytes: number) {
  const kept = createLru(maxBytes, bytesOf);
  let current: ReadVersion = { epoch: '', version: -1 };

  /** From here on what is put and found is of this version: nothing older is asked for again. */
  function turnTo(version: ReadVersion): void {
    if (!isSame(version, current)) kept.clear();
    current = version;
  }

  /** The same for a version of a moment ago, which may be older than what was put since. */
  function turnForward(version: ReadVersion): void {
    if (version.epoch !== current.epoch || version.version > current.version) turnTo(version);
  }

  return {
    turnTo,
    turnForward,
    has: (request: string) => kept.has(request),
    find: (request: string) => kept.get(request),
    put(request: string, of: ReadVersion, answer: Kept): void {
      // Whoever made it may be the first to have seen a version.
      if (of.epoch === current.epoch && of.version > current.version) turnTo(of);
      if (isSame(of, current)) kept.set(request, answer);
    },
    size: () => ({ answers: kept.count, bytes: kept.size }),
  };
}

/** An answer that is being made, and of which version it will be at least. */
interface Making {
  seen: ReadVersion;
  made: Promise<Made>;
}

/** Makes each answer once for all who have seen the same version: what is made is not older. */
function createMakers() {
  const making = new Map<string, Making[]>();

  function forget(request: string, done: Making): void {
    const left = making.get(request)?.filter((each) => each !== done) ?? [];
    if (left.length > 0) making.set(request, left);
    else making.delete(request);
  }

  return {
    isMaking: (request: string) => making.has(request),
    make(request: string, seen: ReadVersion, make: (seen: ReadVersion) => Promise<Made>) {
      const running = making.get(request) ?? [];
      const shared = running.find((each) => isSame(each.seen, seen));
      if (shared) return { result: 'shared', made: shared.made } as const;
      const own = { seen, made: make(seen) };
      making.set(request, [...running, own]);
      const end = () => forget(request, own);
      own.made.then(end, end);
      return { result: 'miss', made: own.made } as const;
    },
  };
}

/** One for all APIs of a process. See docs/decisions/0019. */
export function createAnswerCache({ versions, build, maxBytes }: AnswerCacheDeps): AnswerCache {
  const shelf = createShelf(maxBytes);
  const makers = createMakers();

  const tagOf = (epoch: string, readModelVersion: number, request: string): string =>
    weakTag({ epoch, build, readModelVersion, request });

  return {
    async answer({ request, ifNoneMatch }, make) {
      const isTagged = ifNoneMatch !== null;
      const isConditional = typeof ifNoneMatch === 'string';
      // Where nothing is kept or being made it will be made, of the version as it is then: that of a moment ago does to begin with.
      const isNew = !isConditional && !makers.isMaking(request) && !shelf.has(request);
      const recent = isNew ? versions.recent() : null;
      const seen = recent ?? (await versions.read());
      const { epoch, version } = seen;
      if (recent === null) shelf.turnTo(seen);
      else shelf.turnForward(recent);
      // "*" means any answer, and there may be none but an error.
      if (isConditional && ifNoneMatch.trim() !== '*') {
        const tag = tagOf(epoch, version, request);
        if (namesTag(ifNoneMatch, tag)) return { result: 'not_modified', version, tag };
      }
      const kept = shelf.find(request);
      if (kept) {
        if (isTagged) kept.tag ??= tagOf(epoch, version, request);
        return { ...kept, result: 'hit', tag: isTagged ? kept.tag : null };
      }
      const { result, made } = makers.make(request, seen, make);
      const { keep, ...answer } = await made;
      const tag = keep && isTagged ? tagOf(epoch, answer.version, request) : null;
      if (keep && result === 'miss')
        shelf.put(
          request,
          { epoch, version: answer.version },
          { ...answer, tag, packable: packableOf(answer) },
        );
      return { result, ...answer, tag, packable: null };
    },
    size: shelf.size,
  };
}
