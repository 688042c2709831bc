import type { BreakerVerdict } from '../control/breaker.ts';

/** What to do after an attempt of a class: try again, give the run up, or stop the source until it is configured anew. */
export type Consequence = 'retry' | 'fail' | 'stop';

/** Every way in which an attempt can come to nothing, what follows from it, and what a person can do. */
export const attemptClasses = {
  unreachable: {
    consequence: 'retry',
    advice: 'Check the network and the base URL; the next scheduled run tries again.',
  },
  timeout: { consequence: 'retry', advice: 'It did not answer in time; the next scheduled run tries again.' },
  rate_limited: { consequence: 'retry', advice: 'Poll less often, or lower ETL_RATE_LIMIT_REQUESTS.' },
  request_timeout: {
    consequence: 'retry',
    advice: 'It waited in vain for the request; the next scheduled run tries again.',
  },
  server_error: {
    consequence: 'retry',
    advice: 'Its servers are in trouble; the next scheduled run tries again.',
  },
  cut_short: {
    consequence: 'retry',
    advice: 'Its answer was not complete; the next scheduled run tries again.',
  },
  error_body: {
    consequence: 'retry',
    advice: 'It calls an error a success; the next scheduled run tries again.',
  },
  html: {
    consequence: 'retry',
    advice: 'A web page came instead of data, as from a proxy or a firewall; check the base URL.',
  },
  wrong_body: {
    consequence: 'retry',
    advice: 'It sends something else than data; the next scheduled run tries again.',
  },
  too_large: {
    consequence: 'fail',
    advice: 'No page of data is that large; check the base URL.',
  },
  redirected: {
    consequence: 'fail',
    advice: 'Keys are never sent to another host: set the base URL to where the API is now.',
  },
  unauthorized: { consequence: 'stop', advice: 'Check the API key and its kind.' },
  payment_required: {
    consequence: 'stop',
    advice: 'The plan does not include this, or its month is used up: check the plan and the API key.',
  },
  forbidden: { consequence: 'stop', advice: 'Check the API key, its kind and whether this address may ask.' },
  wrong_host: { consequence: 'stop', advice: 'The kind of key belongs to another host: check its kind.' },
  bad_request: { consequence: 'fail', advice: 'It does not accept the request; check VS_CURRENCY.' },
  not_found: { consequence: 'fail', advice: 'There is nothing at this address; check the base URL.' },
  unexpected_status: { consequence: 'fail', advice: 'It does not accept the request; check the base URL.' },
} as const satisfies Record<string, { consequence: Consequence; advice: string }>;

export type AttemptClass = keyof typeof attemptClasses;

/** Too many requests are no sign that an upstream is down, nor is what is our own fault; and none that it is well. */
export const breakerVerdict = (failure: AttemptClass): BreakerVerdict =>
  attemptClasses[failure].consequence === 'retry' && failure !== 'rate_limited' ? 'down' : 'nothing';
