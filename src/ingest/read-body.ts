import { maxPayloadBytes } from '../log/event.ts';

export class BodyTooLarge extends Error {}

// JSON of market data packs six to one; a bomb a thousand to one.
const expansionMax = 200;
const expansionFromBytes = 1024 * 1024;

/** The bytes as sent, when the headers say how many; null for an answer in parts, or one that is not packed. */
function packedBytes({ headers }: Response): number | null {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return headers.has('content-encoding') && Number.isSafeInteger(length) ? length : null;
}

/**
 * The body of an answer, unpacked. Throws `BodyTooLarge` as soon as there is more of it than an event holds, or more
 * than any data unpacks to: neither a huge body nor a bomb is ever in memory whole.
 */
export async function readBody(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const packed = packedBytes(response);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body as ReadableStream<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > maxPayloadBytes) throw new BodyTooLarge(`the answer is larger than ${maxPayloadBytes} bytes`);
    if (packed !== null && bytes > expansionFromBytes && bytes > packed * expansionMax)
      throw new BodyTooLarge(`${packed} bytes unpack to more than ${bytes}: more than any data does`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
