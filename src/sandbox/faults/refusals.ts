import { jsonResponse } from '../kit/response.ts';
import { type ApiError, apiError, htmlResponse } from './error-bodies.ts';
import type { Exchange, Fault } from './fault.ts';

const hourMs = 3_600_000;

function inOwnShape(about: string, error: ApiError): Fault {
  return { about, effect: ({ source }) => ({ kind: 'answer', response: apiError(source, error) }) };
}

function rateLimited(about: string, retryAfter: (exchange: Exchange) => string | null): Fault {
  return {
    about,
    effect: (exchange) => {
      const wait = retryAfter(exchange);
      const headers: Record<string, string> = wait === null ? {} : { 'Retry-After': wait };
      const message = 'Too many requests: the limit of this plan is reached';
      return {
        kind: 'answer',
        response: apiError(exchange.source, { status: 429, message, headers }),
      };
    },
  };
}

function page(about: string, status: number, title: string, text: string): Fault {
  return { about, effect: () => ({ kind: 'answer', response: htmlResponse(status, title, text) }) };
}

/** Answers of another status than 200, whatever was asked. */
export const refusals = {
  'rate-limited': rateLimited('429 without Retry-After', () => null),
  'rate-limited-now': rateLimited('429 with Retry-After: 0', () => '0'),
  'rate-limited-120': rateLimited('429 with Retry-After: 120', () => '120'),
  'rate-limited-past-date': rateLimited('429 with a Retry-After of an hour ago', ({ request }) =>
    new Date(request.nowMs - hourMs).toUTCString(),
  ),
  'rate-limited-garbage': rateLimited(
    '429 with a Retry-After that is neither seconds nor a date',
    () => 'later; maybe',
  ),
  'status-500': inOwnShape('500 with the error body of the source', {
    status: 500,
    message: 'Something went wrong on our side',
  }),
  'status-502': page('502 with HTML of a gateway', 502, 'Bad gateway', 'The host gave no valid answer.'),
  'status-503': page('503 with HTML of a gateway', 503, 'Service unavailable', 'Back in a moment.'),
  'status-504': page('504 with HTML of a gateway', 504, 'Gateway time-out', 'The host took too long.'),
  'status-401': inOwnShape('401: no key, or a wrong one', {
    status: 401,
    code: 10_002,
    message: 'The API key is missing or unknown',
  }),
  'status-402': inOwnShape('402: the plan is too low or its month used up', {
    status: 402,
    message: 'The plan of this key does not go that far',
  }),
  'status-403': inOwnShape('403: not in the plan', {
    status: 403,
    code: 10_005,
    message: 'This endpoint is for subscribers of a higher plan',
  }),
  'wrong-host': {
    about: '400 with code 10010: a key of the other host',
    effect: () => ({
      kind: 'answer',
      response: jsonResponse(400, {
        error_code: 10_010,
        status: { error_message: 'A Pro API key belongs to the other root URL' },
      }),
    }),
  },
  firewall: page('403 with HTML of a firewall', 403, 'Access denied', 'error code: 1020'),
} as const satisfies Record<string, Fault>;
