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

/**
 * Rejects after a time. With a timer of its own: with a timeout signal within AbortSignal.any a stalled body was once
 * not given up within a minute, most likely because the signal had been collected before it fired.
 */
function deadline(timeoutMs: number): { passed: Promise<never>; clear(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no complete answer within ${timeoutMs} ms`)), timeoutMs);
  promise.catch(() => undefined);
  return { passed: promise, clear: () => clearTimeout(timer) };
}

/** One GET, without retries: each attempt is counted and recorded by the caller. Redirects are not followed. */
export function createFetcher(now: () => Date, userAgent: string): Fetcher {
  async function get({ url, headers }: HttpRequest, signal: AbortSignal) {
    const response = await ky.get(url, {
      headers: { accept: 'application/json', 'user-agent': userAgent, ...headers },
      // The limit is ours, over the body too: ky's ends with the headers.
      timeout: false,
      retry: 0,
      throwHttpErrors: false,
      redirect: 'manual',
      signal,
    });
    return { status: response.status, headers: response.headers, body: await readBody(response) };
  }

  return async (request) => {
    const { timeoutMs, signal } = request;
    const startedAt = performance.now();
    const latencyMs = () => Math.round(performance.now() - startedAt);
    const limit = deadline(timeoutMs);
    const abort = new AbortController();
    const stop = () => abort.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      const getting = get(request, abort.signal);
      getting.catch(() => undefined);
      const answer = await Promise.race([getting, limit.passed]);
      return { kind: 'answered', ...answer, receivedAt: now(), latencyMs: latencyMs() };
    } catch (error) {
      if (signal.aborted) throw error;
      abort.abort();
      return { kind: 'unreachable', reason: networkReason(error), receivedAt: now(), latencyMs: latencyMs() };
    } finally {
      limit.clear();
      signal.removeEventListener('abort', stop);
    }
  };
}
