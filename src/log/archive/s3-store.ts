import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as S3Module from '@aws-sdk/client-s3';
import { CoinlogError } from '../../errors.ts';
import { isTransient, nameOf, statusOf, unreachable } from './s3-errors.ts';
import type { S3Target } from './s3-uri.ts';
import type { ArchiveStore } from './store.ts';

const connectTimeoutMs = 5_000;
// A server that has a whole 4 GB segment may take its time before it says so.
const idleTimeoutMs = 120_000;
const attemptsMax = 4;
const retryDelayMs = 200;
const readAheadBytes = 1024 * 1024;

interface Connection {
  s3: typeof S3Module;
  client: S3Module.S3Client;
}

/** Keeps archive files in an S3 bucket. Credentials are the SDK's own affair; names are checked by openStore. */
export function createS3Store(target: S3Target): ArchiveStore {
  const where = `s3://${[target.bucket, target.prefix].filter(Boolean).join('/')}`;
  const at = (name: string) => ({
    Bucket: target.bucket,
    Key: target.prefix ? `${target.prefix}/${name}` : name,
  });
  let connecting: Promise<Connection> | undefined;
  const doing = async <T>(what: string, work: (connection: Connection) => Promise<T>): Promise<T> => {
    connecting ??= connect(target);
    try {
      return await work(await connecting);
    } catch (cause) {
      if (cause instanceof CoinlogError) throw cause;
      throw unreachable(`Could not ${what} ${where}`, target, cause);
    }
  };
  const size = (name: string): Promise<number | null> =>
    doing(`look for ${name} in`, (connection) => sizeOf(connection, at(name)));

  return {
    where,
    async put(name, path) {
      // Read out here: a local file that cannot be read is no fault of the archive.
      const upload = { ...at(name), ...(await measure(path)) };
      await doing(`store ${name} in`, (connection) =>
        retrying(isTransient, () => putOnce(connection, upload, path)),
      );
    },
    size,
    async read(name, from, bytes) {
      if (bytes > 0) {
        const found = await doing(`read ${name} from`, (connection) =>
          retrying(isBrokenOff, () => readOnce(connection, at(name), from, bytes)),
        );
        if (found) return found;
      } else if ((await size(name)) !== null) return Buffer.alloc(0);
      throw new CoinlogError(
        'ARCHIVE_FILE_MISSING',
        `The archive file ${name} is missing from ${where}: put it back, or correct ARCHIVE_URI.`,
      );
    },
    remove: (name) =>
      doing(`remove ${name} from`, async ({ s3, client }) => {
        try {
          await client.send(new s3.DeleteObjectCommand(at(name)));
        } catch (error) {
          // Amazon's answers 204 whether it was there or not; Google's does not.
          if (nameOf(error) !== 'NoSuchKey') throw error;
        }
      }),
    async close() {
      if (connecting) (await connecting).client.destroy();
    },
  };
}

// The SDK writes warnings to the console unless it is given somewhere else; what matters comes back as an error.
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function connect({ endpoint, region, pathStyle }: S3Target): Promise<Connection> {
  // Most run with a folder: they need not wait for the SDK to load.
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    forcePathStyle: pathStyle,
    // By default the SDK adds checksums in trailers, which other servers than Amazon's may refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: attemptsMax,
    requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
    logger: silent,
  });
  return { s3, client };
}

interface ObjectKey {
  Bucket: string;
  Key: string;
}

interface Measure {
  /** Bytes. */
  ContentLength: number;
  /** In base64. */
  ContentMD5: string;
}

async function measure(path: string): Promise<Measure> {
  const hash = createHash('md5');
  const stream = createReadStream(path, { highWaterMark: readAheadBytes });
  for await (const chunk of stream) hash.update(chunk);
  return { ContentLength: stream.bytesRead, ContentMD5: hash.digest('base64') };
}

/**
 * The object appears once its last byte arrived, or not at all. The signature leaves a streamed body out: the MD5 has
 * the server refuse one that was damaged on its way, and a bucket with object lock asks for it.
 */
async function putOnce({ s3, client }: Connection, upload: ObjectKey & Measure, path: string): Promise<void> {
  const body = createReadStream(path, { highWaterMark: readAheadBytes });
  const aborting = new AbortController();
  // The SDK pipes the body without a look at its errors: the request would wait for the rest until it timed out.
  body.once('error', (error) => aborting.abort(error));
  try {
    await client.send(new s3.PutObjectCommand({ ...upload, Body: body }), { abortSignal: aborting.signal });
  } finally {
    body.destroy();
  }
}

async function sizeOf({ s3, client }: Connection, key: ObjectKey): Promise<number | null> {
  try {
    return (await client.send(new s3.HeadObjectCommand(key))).ContentLength ?? null;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  // The answer to HEAD has no body: only the bucket itself tells a file that is not there from a bucket that is not.
  try {
    await client.send(new s3.HeadBucketCommand({ Bucket: key.Bucket }));
  } catch (error) {
    if (statusOf(error) === 404) throw error;
  }
  return null;
}

async function readOnce(
  { s3, client }: Connection,
  key: ObjectKey,
  from: number,
  bytes: number,
): Promise<Buffer | null> {
  try {
    const answer = await client.send(
      new s3.GetObjectCommand({ ...key, Range: `bytes=${from}-${from + bytes - 1}` }),
    );
    return await receive(answer, from);
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return null;
    // From the end of a file on there is nothing, which is an answer, not a fault.
    if (statusOf(error) === 416) return Buffer.alloc(0);
    throw error;
  }
}

async function receive(answer: S3Module.GetObjectCommandOutput, from: number): Promise<Buffer> {
  const { Body: body, ContentRange: range, ContentLength: length } = answer;
  if (!body || !range?.startsWith(`bytes ${from}-`)) {
    // What comes instead is the whole file, which may be 4 GB.
    if (body && 'destroy' in body) body.destroy();
    throw new Error('the server did not answer with the part of the file that was asked for');
  }
  try {
    const received = await body.transformToByteArray();
    if (received.byteLength === length) {
      return Buffer.from(received.buffer, received.byteOffset, received.byteLength);
    }
  } catch (cause) {
    throw new BrokenOff('the answer broke off', { cause });
  }
  throw new BrokenOff('the answer broke off');
}

/** The SDK's own retries end with an answer's headers. */
class BrokenOff extends Error {}
const isBrokenOff = (error: unknown): boolean => error instanceof BrokenOff;

/** The SDK does not retry a streamed upload: it could not read the stream again. */
async function retrying<T>(again: (error: unknown) => boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attemptsMax || !again(error)) throw error;
      await sleep(retryDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}
