import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { CoinlogError } from '../../errors.ts';

export interface RateState {
  allowed: boolean;
  limit: number;
  /** What is left until `resetAt`. */
  remaining: number;
  resetAt: Date;
}

export interface RateLimit {
  /** Counts a request of a client. */
  take(client: string): RateState;
}

const windowMs = 60_000;
/** Where there is no limit: the most that a GraphQL Int can say. */
const unlimited = 2 ** 31 - 1;
// Some 10 MB. Beyond it those who are new are counted together, until the minute is over.
const clientsMax = 100_000;
const allOthers = 'others';

/** A household has a whole /64 of IPv6: it is one client. */
const clientOf = (address: string): string => {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const tailed = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - tailed.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tailed].slice(0, 4).join(':');
};

const unlimitedState = (resetAt: Date): RateState => ({
  allowed: true,
  limit: unlimited,
  remaining: unlimited,
  resetAt,
});

/** Requests of each client in each minute of the clock; `perMinute` null: as many as anybody likes. */
export function createRateLimit(perMinute: number | null, now: () => Date): RateLimit {
  const counts = new Map<string, number>();
  let window = 0;
  return {
    take(address) {
      if (perMinute === null) return unlimitedState(now());
      const current = Math.floor(now().getTime() / windowMs);
      if (current !== window) counts.clear();
      window = current;
      const resetAt = new Date((current + 1) * windowMs);
      const known = clientOf(address);
      const client = counts.has(known) || counts.size < clientsMax ? known : allOthers;
      const count = (counts.get(client) ?? 0) + 1;
      counts.set(client, count);
      return {
        allowed: count <= perMinute,
        limit: perMinute,
        remaining: Math.max(0, perMinute - count),
        resetAt,
      };
    },
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** How its client stands, once it was counted. */
    rate: RateState | null;
  }
}

// What watches a service must not be kept out by those who use it.
const uncounted = new Set(['/livez', '/readyz', '/metrics', '/health', '/api/v1/health']);

/** Counts every request, and answers 429 to those that are too many, before anything is done for them. */
export function registerRateLimit(app: FastifyInstance, limit: RateLimit, now: () => Date): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (uncounted.has(request.routeOptions.url ?? '')) return done();
    const state = limit.take(request.ip);
    request.rate = state;
    if (state.allowed) return done();
    reply.header('Retry-After', secondsUntil(state.resetAt, now()));
    done(tooMany(state));
  });
}

const secondsUntil = (at: Date, now: Date): number =>
  Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000));

export const tooMany = ({ limit, resetAt }: RateState): CoinlogError =>
  new CoinlogError(
    'RATE_LIMITED',
    `More than ${limit} requests a minute from this address: go on at ${resetAt.toISOString()}.`,
  );
