import type { GraphqlParams } from './fetcher.ts';

export interface Observer {
  next(result: unknown): void;
  error(reason: unknown): void;
  complete(): void;
}

export interface Observable {
  subscribe(observer: Observer): { unsubscribe(): void };
}

interface Message {
  type: string;
  payload?: unknown;
}

/** The API takes the key of an administrator as `connectionParams.authorization`. */
function connectionParams(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function socketUrl(url: URL): URL {
  const copy = new URL(url);
  copy.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return copy;
}

/**
 * One operation over `graphql-transport-ws`, on a socket of its own. It does not reconnect: who looks at a
 * subscription by hand wants to see that it broke off.
 */
export function subscribe(url: URL, params: GraphqlParams, headers: Record<string, string>): Observable {
  return {
    subscribe(observer) {
      const socket = new WebSocket(socketUrl(url), 'graphql-transport-ws');
      const send = (message: object): void => socket.send(JSON.stringify(message));
      let open = true;
      const end = (tell: () => void): void => {
        if (!open) return;
        open = false;
        tell();
        socket.close(1000);
      };
      const handlers: Record<string, (payload: unknown) => void> = {
        connection_ack: () => send({ id: '1', type: 'subscribe', payload: params }),
        ping: () => send({ type: 'pong' }),
        next: (payload) => observer.next(payload),
        error: (payload) => end(() => observer.error(payload)),
        complete: () => end(() => observer.complete()),
      };
      socket.addEventListener('open', () =>
        send({ type: 'connection_init', payload: connectionParams(headers) }),
      );
      socket.addEventListener('message', (event) => {
        const message = JSON.parse(String(event.data)) as Message;
        if (open) handlers[message.type]?.(message.payload);
      });
      socket.addEventListener('close', ({ code, reason }) =>
        end(() => observer.error(new Error(`The connection was closed: ${code} ${reason}`.trim()))),
      );
      return { unsubscribe: () => end(() => undefined) };
    },
  };
}
