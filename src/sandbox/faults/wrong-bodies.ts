import type { SandboxResponse } from '../../sources/sandbox-market.ts';
import { apiError, htmlResponse } from './error-bodies.ts';
import type { Exchange, Fault } from './fault.ts';
import { entriesOf } from './page.ts';

/** Followed redirects carry this in their query, so that they are not redirected again. */
const followedMark = 'redirected';

function instead(about: string, make: (exchange: Exchange) => SandboxResponse): Fault {
  return { about, effect: (exchange) => ({ kind: 'answer', response: make(exchange) }) };
}

function redirect(location: string): SandboxResponse {
  return { status: 302, headers: { Location: location, 'Content-Type': 'text/plain' }, body: 'Found\n' };
}

/** Complete answers that say all is well, with a body that is none. */
export const wrongBodies = {
  'error-object-200': instead('200 with the body of a 429', ({ source }) => ({
    ...apiError(source, { status: 429, message: 'Too many requests: the limit of this plan is reached' }),
    status: 200,
  })),
  'html-200': instead('200 with HTML', () => htmlResponse(200, 'Just a moment', 'Checking your browser.')),
  'plain-text-200': instead('200 with the plain text "Throttled"', () => ({
    status: 200,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: 'Throttled',
  })),
  'cut-short': {
    about: 'a complete answer with a valid length whose JSON ends in the middle',
    effect: ({ response }) =>
      entriesOf(response) === null
        ? null
        : {
            kind: 'answer',
            response: { ...response, body: response.body.slice(0, Math.floor(response.body.length / 2)) },
          },
  },
  // A name that cannot exist: whoever follows reaches nobody.
  'redirect-elsewhere': instead('302 to another host', ({ url }) =>
    redirect(`http://elsewhere.invalid${url}`),
  ),
  'redirect-here': {
    about: 'a harmless 302 to the same host, where the normal answer is',
    effect: ({ url, request }) =>
      request.query.has(followedMark)
        ? null
        : {
            kind: 'answer',
            response: redirect(`${url}${url.includes('?') ? '&' : '?'}${followedMark}=1`),
          },
  },
} as const satisfies Record<string, Fault>;
