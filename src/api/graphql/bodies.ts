import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createLru } from '../../lru.ts';

/** What was found out of a request by its text, so that it need not be parsed and looked at again. */
interface Known<Found> {
  body: unknown;
  accept: string | undefined;
  found: Found;
}

export interface Bodies<Found> {
  /** Parses bodies of JSON for the routes of this instance. */
  register(routes: FastifyInstance): void;
  /** What is known of a request that has come before with the same text and `Accept`. */
  find(request: FastifyRequest): Found | null;
  /** For a request that was seen to come again: those that never do would only be in the way. */
  keep(request: FastifyRequest, found: Found): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a body that was parsed for this request. */
    bodyText: string | null;
    /** Of a body that is known. */
    knownBody: object | null;
  }
}

const keptCharacters = 1_000_000;
// Parsed, a text takes about as much again, and what was found out of it some more.
const charactersOf = (text: string): number => 2 * text.length + 500;

/** Bodies that clients send over and over, as they ask the same few questions. What is kept is shared, and must not be changed. */
export function createBodies<Found>(): Bodies<Found> {
  const kept = createLru<Known<Found>>(keptCharacters, charactersOf);
  return {
    register(routes) {
      const parse = routes.getDefaultJsonParser('error', 'error');
      routes.decorateRequest('bodyText', null);
      routes.decorateRequest('knownBody', null);
      routes.removeContentTypeParser('application/json');
      routes.addContentTypeParser<string>(
        'application/json',
        { parseAs: 'string' },
        (request, text, done) => {
          const known = kept.get(text);
          if (!known) {
            request.bodyText = text;
            return parse(request, text, done);
          }
          request.knownBody = known;
          return done(null, known.body);
        },
      );
    },
    find(request) {
      const known = request.knownBody as Known<Found> | null;
      return known && known.accept === request.headers.accept ? known.found : null;
    },
    keep(request, found) {
      const { bodyText, body, headers } = request;
      if (bodyText !== null) kept.set(bodyText, { body, accept: headers.accept, found });
    },
  };
}
