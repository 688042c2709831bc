import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';
import type { TestApi } from './support.ts';

export interface Told<T> {
  data: T;
  errors?: { message: string; extensions: { code: string } }[];
  extensions?: { readModelVersion?: number };
}

/** Messages of one subscription, in the order that they came. */
export interface Listener<T> {
  messages: Told<T>[];
  /** Those that were told of before it began: an error of the whole operation. */
  failures: { message: string; extensions: { code: string } }[];
  isOver: boolean;
  /** Waits for so many. */
  received(count: number): Promise<Told<T>[]>;
  stop(): void;
}

export interface SocketClient {
  subscribe<T>(query: string, variables?: Record<string, unknown>): Listener<T>;
  client: Client;
  close(): Promise<void>;
}

export async function listenOn({ app }: TestApi): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  return `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/graphql`;
}

export function createSocketClient(url: string, authorization?: string): SocketClient {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
  });
  return {
    client,
    subscribe<T>(query: string, variables: Record<string, unknown> = {}): Listener<T> {
      const listener: Listener<T> = {
        messages: [],
        failures: [],
        isOver: false,
        stop: () => undefined,
        async received(count) {
          await waitFor(
            `${count} messages`,
            async () => listener.messages.length >= count || listener.isOver,
          );
          return listener.messages;
        },
      };
      listener.stop = client.subscribe<T>(
        { query, variables },
        {
          next: (told: FormattedExecutionResult<T>) =>
            void listener.messages.push(told as unknown as Told<T>),
          error: (error) => {
            if (Array.isArray(error)) listener.failures.push(...(error as Listener<T>['failures']));
            listener.isOver = true;
          },
          complete: () => {
            listener.isOver = true;
          },
        },
      );
      return listener;
    },
    close: async () => client.dispose(),
  };
}
