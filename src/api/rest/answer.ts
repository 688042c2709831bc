import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReadSession } from '../../read/session.ts';
import type { ReadVersion } from '../../read/versions.ts';
import type { Made } from '../http/answer-cache.ts';
import type { RestDeps } from './deps.ts';
import type { RequestMetadata } from './shapes/metadata.ts';

/** What is read for an answer. With `metadata`, the request's own id and latency stand first in it, and it last in the body. */
export interface Content {
  /** Text: it is JSON already. */
  body: object | string;
  metadata?: object;
}

type Read = (session: ReadSession) => Promise<Content>;
/** Takes an answer to its client: `asked` is the request, normalised. */
export type AnswerTagged = (
  request: FastifyRequest,
  reply: FastifyReply,
  asked: unknown,
  read: Read,
) => Promise<FastifyReply>;

/** The text of an answer, in two parts where each request puts something of its own between them. */
function partsOf({ body, metadata }: Content): string[] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (metadata === undefined) return [text];
  const rest = JSON.stringify(metadata);
  return [`${text.slice(0, -1)},"metadata":{`, rest === '{}' ? '}}' : `,${rest.slice(1)}}`];
}

/** What every answer says of itself. */
const requestMetadata = (request: FastifyRequest, reply: FastifyReply): RequestMetadata => ({
  request_id: request.id,
  api_latency_ms: Math.round(reply.elapsedTime * 100) / 100,
});

function whole(
  [before = '', after]: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  if (after === undefined) return before;
  return before + JSON.stringify(requestMetadata(request, reply)).slice(1, -1) + after;
}

/** `If-None-Match: *` is any answer that can be given: it has to be made first, and may be an error. */
const takesAny = (request: FastifyRequest): boolean => request.headers['if-none-match']?.trim() === '*';

const jsonType = 'application/json; charset=utf-8';

/** Answers that depend on the read model alone: kept while it stays as it is, with an ETag, and 304 to whoever has them. */
export function createTaggedAnswers({
  sessions,
  answers,
}: Pick<RestDeps, 'sessions' | 'answers'>): AnswerTagged {
  return async (request, reply, asked, read) => {
    const make = (seen: ReadVersion): Promise<Made> =>
      sessions.run(
        async (session) => ({
          version: session.version,
          parts: partsOf(await read(session)),
          type: jsonType,
          status: 200,
          keep: true,
        }),
        undefined,
        seen,
      );
    const ifNoneMatch = request.headers['if-none-match'];
    const answer = await answers.answer({ request: JSON.stringify(['rest', asked]), ifNoneMatch }, make);
    reply.header('X-Read-Model-Version', answer.version).header('Cache-Control', 'no-cache');
    if (answer.tag !== null) reply.header('ETag', answer.tag);
    if (answer.result === 'not_modified' || takesAny(request)) return reply.status(304).send();
    return reply.type(jsonType).send(whole(answer.parts, request, reply));
  };
}

/** Answers that depend on the clock: never kept by anyone. */
export async function answerUntagged(
  { sessions }: Pick<RestDeps, 'sessions'>,
  reply: FastifyReply,
  read: (session: ReadSession) => Promise<object>,
): Promise<FastifyReply> {
  const { version, body } = await sessions.run(async (session) => ({
    version: session.version,
    body: await read(session),
  }));
  return reply.header('X-Read-Model-Version', version).header('Cache-Control', 'no-store').send(body);
}
