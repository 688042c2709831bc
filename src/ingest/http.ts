import ky from 'ky';
import { messageOf } from '../errors.ts';
import { BodyTooLarge, readBody } from './read-body.ts';

/** Why no answer could be used, beside what an answer says itself. */
export type BrokenCause = 'unreachable' | 'timeout' | 'too_large' | 'redirected';

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
  /** The same host has it at another address: asking there is a request of its own, to be counted as one. */
  | { kind: 'moved'; to: string; receivedAt: Date; latencyMs: number }
  | { kind: 'broken'; cause: BrokenCause; reason: string; receivedAt: Date; latencyMs: number };

export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignal;
}

export type Fetcher = (request: HttpRequest) => Promise<Attempt>;

class Redirected extends Error {}
class TimedOut extends Error {}

/** The text behind "fetch failed": the cause says which it was. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : networkReason(cause) || messageOf(error);
}

function causeOf(error: unknown): BrokenCause {
  if (error instanceof BodyTooLarge) return 'too_large';
  if (error instanceof Redirected) return 'redirected';
  return error instanceof TimedOut ? 'timeout' : 'unreachable';
}

/**
 * Rejects after a time. With a timer of its own: with a timeout signal within AbortSignal.any a stalled body was once
 * not given up within a minute, most likely because the signal had been collected before it fired.
 */
function deadline(timeoutMs: number): { passed: Promise<never>; clear(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new TimedOut(`no complete answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  promise.catch(() => undefined);
  return { passed: promise, clear: () => clearTimeout(timer) };
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends us, when that is the same host; throws for another one, which would get the key. */
function redirectOf(url: string, response: Response): string | null {
  const location = response.headers.get('location');
  if (!redirectStatuses.has(response.status) || location === null) return null;
  const target = URL.parse(location, url);
  if (target?.origin === new URL(url).origin) return target.href;
  throw new Redirected(
    `HTTP ${response.status} sends us to another address (${target?.origin ?? 'none at all'})`,
  );
}

/** One GET, without retries: each attempt is counted and recorded by the caller. */
export function createFetcher(now: () => Date, userAgent: string): Fetcher {
  const send = (url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> =>
    ky.get(url, {
      headers: { accept: 'application/json', 'user-agent': userAgent, ...headers },
      // The limit is ours, over the body too: ky's ends with the headers.
      timeout: false,
      retry: 0,
      throwHttpErrors: false,
      redirect: 'manual',
      signal,
    });

  async function get({ url, headers }: HttpRequest, signal: AbortSignal) {
    const response = await send(url, headers, signal);
    const to = redirectOf(url, response);
    if (to !== null) return { kind: 'moved', to } as const;
    const { status, headers: received } = response;
    return { kind: 'answered', status, headers: received, body: await readBody(response) } as const;
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
      return { ...answer, receivedAt: now(), latencyMs: latencyMs() };
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = networkReason(error);
      return { kind: 'broken', cause: causeOf(error), reason, receivedAt: now(), latencyMs: latencyMs() };
    } finally {
      // What is still under way when the answer is not: the rest of a body that nobody wants.
      abort.abort();
      limit.clear();
      signal.removeEventListener('abort', stop);
    }
  };
}
