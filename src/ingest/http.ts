import ky from 'ky';
import { messageOf } from '../errors.ts';
import { maxPayloadBytes } from '../log/event.ts';

/** What one attempt came to. Nothing here holds a key: request headers stay out of it. */
export type Attempt =
  | {
      kind: 'answered';
      status: number;
      headers: Headers;
      body: Uint8Array;
      receivedAt: Date;
      latencyMs: number;
    }
  | { kind: 'unreachable'; reason: string; receivedAt: Date; latencyMs: number };

export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignal;
}

export type Fetcher = (request: HttpRequest) => Promise<Attempt>;

async function readBody(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body as ReadableStream<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > maxPayloadBytes) throw new Error(`the answer is larger than ${maxPayloadBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The text behind "fetch failed": the cause says which it was. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : networkReason(cause) || messageOf(error);
}

/** One GET, without retries: each attempt is counted and recorded by the caller. Redirects are not followed. */
export function createFetcher(now: () => Date, userAgent: string): Fetcher {
  return async ({ url, headers, timeoutMs, signal }) => {
    const startedAt = performance.now();
    const latencyMs = () => Math.round(performance.now() - startedAt);
    try {
      const response = await ky.get(url, {
        headers: { accept: 'application/json', 'user-agent': userAgent, ...headers },
        // Over the body too: ky's own limit ends with the headers, and a body that stalls would hold the source for ever.
        timeout: false,
        retry: 0,
        throwHttpErrors: false,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const body = await readBody(response);
      return {
        kind: 'answered',
        status: response.status,
        headers: response.headers,
        body,
        receivedAt: now(),
        latencyMs: latencyMs(),
      };
    } catch (error) {
      if (signal.aborted) throw error;
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      const reason = timedOut ? `no complete answer within ${timeoutMs} ms` : networkReason(error);
      return { kind: 'unreachable', reason, receivedAt: now(), latencyMs: latencyMs() };
    }
  };
}
