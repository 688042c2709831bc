import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import type { Fault, FaultSizes } from './fault.ts';

const entry = '{"id":"coin-without-end","symbol":"huge","name":"Coin without end"}';
const block = Buffer.from(`${entry},`.repeat(1_000));
const sliceBytes = 65_536;

/** A JSON array of at least so many bytes, never whole in memory. */
async function* hugeArray(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('[');
  for (let sent = 1; sent < bytes; sent += block.byteLength) yield block;
  yield Buffer.from(`${entry}]`);
}

/** A gzip file that unpacks to at least so many bytes: made once, when it is first needed. */
function createBomb(bytes: number): () => Promise<Buffer> {
  let bomb: Promise<Buffer> | undefined;
  return () => (bomb ??= buffer(Readable.from(hugeArray(bytes)).pipe(createGzip())));
}

async function* slicesOf(whole: Promise<Buffer>): AsyncGenerator<Uint8Array> {
  const bytes = await whole;
  for (let from = 0; from < bytes.byteLength; from += sliceBytes) {
    yield bytes.subarray(from, from + sliceBytes);
  }
}

/** Answers that only a client with a limit survives. They are sent to any request, in whatever coding it accepts. */
export function hugeBodies({ hugeBytes, bombBytes }: FaultSizes) {
  const bomb = createBomb(bombBytes);
  return {
    'huge-body': {
      about: '200 MB of JSON array, streamed without a length',
      effect: () => ({ kind: 'stream', headers: {}, chunks: () => hugeArray(hugeBytes) }),
    },
    'gzip-bomb': {
      about: 'a small gzip body that unpacks to a gigabyte of JSON array',
      effect: () => ({
        kind: 'stream',
        headers: { 'Content-Encoding': 'gzip' },
        chunks: () => slicesOf(bomb()),
      }),
    },
  } as const satisfies Record<string, Fault>;
}
