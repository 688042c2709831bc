import type { FastifyRequest } from 'fastify';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from '../../../telemetry/logger.ts';
import type { SocketOptions } from './server.ts';

type Handler = ReturnType<typeof makeHandler>;

/**
 * graphql-ws's handler, but for what it does with a socket that fails: it prints a stack trace beside our log, which anyone
 * can bring about with a message that is too large, and closes what is closed already.
 */
export function createSocketHandler(options: SocketOptions, log: Logger): Handler {
  const handle = makeHandler({ ...options, isProd: true });
  return function handler(socket, request: FastifyRequest) {
    const before = new Set(socket.rawListeners('error'));
    void handle.call(this, socket, request);
    for (const listener of socket.rawListeners('error'))
      if (!before.has(listener)) socket.off('error', listener as (error: Error) => void);
    socket.on('error', (error) => log.debug({ reason: error.message }, 'graphql: a socket failed'));
  };
}
