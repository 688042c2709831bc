import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SandboxResponse } from '../../sources/sandbox-market.ts';
import type { Effect } from './fault.ts';

const compress = promisify(gzip);

export interface Connection {
  request: IncomingMessage;
  response: ServerResponse;
  /** Takes the listener away for that time. */
  leave: (awayMs: number) => void;
}

const always = {
  'Content-Type': 'application/json; charset=utf-8',
  'X-Coinlog-Sandbox': '1',
  Vary: 'Accept-Encoding',
};

/** Puts an effect on the wire. Whatever has headers says `X-Coinlog-Sandbox: 1`. */
export async function deliver(effect: Effect, connection: Connection): Promise<void> {
  const { request, response, leave } = connection;
  switch (effect.kind) {
    case 'answer': {
      const body = await begin(conditional(effect.response, request), connection);
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    case 'half-answer': {
      const body = await begin(effect.response, connection);
      response.flushHeaders();
      response.write(body.subarray(0, Math.ceil(body.byteLength / 2)), () => {
        // Not before: a reset throws away what has not been handed over yet.
        if (effect.end === 'reset') request.socket.resetAndDestroy();
      });
      return;
    }
    case 'no-answer':
      if (effect.end === 'reset') request.socket.resetAndDestroy();
      return;
    case 'stream':
      await stream(effect, connection);
      return;
    case 'outage':
      leave(effect.awayMs);
  }
}

/** An answer with its validator; nothing but that to a client that has it already. */
function conditional(answer: SandboxResponse, { headers }: IncomingMessage): SandboxResponse {
  if (answer.status !== 200) return answer;
  const etag = `W/"${hash('sha1', answer.body)}"`;
  const validated = { ...answer, headers: { ...answer.headers, ETag: etag } };
  return headers['if-none-match'] === etag ? { ...validated, status: 304, body: '' } : validated;
}

/** Writes the headers; the body that they announce is the result. */
async function begin(answer: SandboxResponse, { request, response }: Connection): Promise<Buffer> {
  const zipped = answer.body !== '' && acceptsGzip(request);
  const body = zipped ? await compress(answer.body, { level: 1 }) : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...always,
    ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    ...answer.headers,
    'Content-Length': body.byteLength,
  });
  return body;
}

async function stream(
  { headers, chunks }: Extract<Effect, { kind: 'stream' }>,
  { request, response }: Connection,
): Promise<void> {
  response.writeHead(200, { ...always, ...headers });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(chunks(), response);
  } catch (error) {
    // A client that has had enough is what these bodies are for.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const accepted = (headers['accept-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.replaceAll(/\s/g, ''));
  return accepted.some((coding) => /^gzip(;q=(1|0\.0*[1-9]).*)?$/i.test(coding));
}
