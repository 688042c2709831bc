import type { FastifyReply, FastifyRequest } from 'fastify';
import { readLogEpoch } from '../../read/log-epoch.ts';
import type { ReadSession } from '../../read/session.ts';
import type { RestDeps } from './deps.ts';
import { namesTag, weakTag } from '../http/etag.ts';

type Read = (session: ReadSession) => Promise<object>;
/** Takes an answer to its client: `asked` is the request, normalised. */
export type AnswerTagged = (
  request: FastifyRequest,
  reply: FastifyReply,
  asked: unknown,
  read: Read,
) => Promise<FastifyReply>;

/** Answers that depend on the read model alone: with an ETag, and 304 before anything is read where it is known. */
export function createTaggedAnswers(deps: RestDeps): AnswerTagged {
  let epoch = '';

  async function readOrNot(
    session: ReadSession,
    ifNoneMatch: string | undefined,
    asked: unknown,
    read: Read,
  ) {
    // It never changes once the log has one.
    if (epoch === '') epoch = await readLogEpoch(session.sql);
    const { version } = session;
    const tag = weakTag({
      epoch,
      build: deps.version,
      readModelVersion: version,
      request: JSON.stringify(asked),
    });
    return { version, tag, body: namesTag(ifNoneMatch, tag) ? null : await read(session) };
  }

  return async (request, reply, asked, read) => {
    const { version, tag, body } = await deps.sessions.run((session) =>
      readOrNot(session, request.headers['if-none-match'], asked, read),
    );
    reply.header('X-Read-Model-Version', version).header('ETag', tag).header('Cache-Control', 'no-cache');
    return body === null ? reply.status(304).send() : reply.send(body);
  };
}

/** Answers that depend on the clock: never kept by anyone. */
export async function answerUntagged(deps: RestDeps, reply: FastifyReply, read: Read): Promise<FastifyReply> {
  const { version, body } = await deps.sessions.run(async (session) => ({
    version: session.version,
    body: await read(session),
  }));
  return reply.header('X-Read-Model-Version', version).header('Cache-Control', 'no-store').send(body);
}

/** What every answer says of itself. */
export const requestMetadata = (request: FastifyRequest, reply: FastifyReply) => ({
  request_id: request.id,
  api_latency_ms: Math.round(reply.elapsedTime * 100) / 100,
});
