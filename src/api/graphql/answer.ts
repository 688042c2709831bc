import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { ReadSessions } from '../../read/session.ts';
import type { ReadVersion } from '../../read/versions.ts';
import type { Asked, GraphqlContext, Outcome } from './context.ts';
import { createReads, createSteadyReads, type Reads } from './reads.ts';

export interface AnswerDeps {
  apollo: ApolloServer<GraphqlContext>;
  sessions: ReadSessions;
  contextOf: (asked: Asked, reads: Reads) => GraphqlContext;
}

export interface Executed {
  response: HTTPGraphQLResponse;
  outcome: Outcome;
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

/** The part of an address from the question mark on. */
function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}

/** Who asks, by HTTP. */
export const askedOf = (request: FastifyRequest): Asked => ({
  requestId: request.id,
  authorization: request.headers.authorization,
  rate: request.rate,
});

/** Runs requests by Apollo, each over reads of one version. */
export function createExecution({ apollo, sessions, contextOf }: AnswerDeps) {
  /**
   * Ends what it has read from, also when its client has gone meanwhile. Before the answer is sent, so that a server
   * without requests has no snapshot open.
   */
  async function runOver(reads: Reads, request: FastifyRequest): Promise<Executed> {
    const context = contextOf(askedOf(request), reads);
    try {
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method.toUpperCase(),
          headers: headersOf(request),
          search: searchOf(request.url),
          body: request.body,
        },
        context: async () => context,
      });
      return { response, outcome: context.outcome };
    } finally {
      await reads.close();
    }
  }

  return async (request: FastifyRequest, seen: ReadVersion | null): Promise<Executed> => {
    const steady = createSteadyReads(sessions, seen);
    const executed = await runOver(steady, request);
    // The version moved: once more, from a snapshot, which holds.
    return (await steady.isWhole()) ? executed : runOver(createReads(sessions), request);
  };
}
