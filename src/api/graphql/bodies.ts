import type { FastifyInstance } from 'fastify';
import { createLru } from '../../lru.ts';

const keptCharacters = 1_000_000;
// Parsed, a text takes about as much again.
const charactersOf = (text: string): number => 2 * text.length + 500;

/**
 * Parses bodies of requests, the same text once: clients ask the same few questions over and over. Who sends the same
 * text is given the same object, which must not be changed, and by which what was found out of it is known again.
 */
export function registerBodies(app: FastifyInstance): void {
  const kept = createLru<object>(keptCharacters, charactersOf);
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    const known = kept.get(text);
    if (known) return done(null, known);
    return parse(request, text, (error, body?: unknown) => {
      if (error === null && typeof body === 'object' && body !== null) kept.set(text, body);
      done(error, body);
    });
  });
}
