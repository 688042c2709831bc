import { createClient, type Client } from 'graphql-ws';
import type { GraphqlParams } from './fetcher.ts';

/** A socket's only way to say who asks is what it opens with. */
const authorizationIn = (headers: Record<string, string>): string | undefined =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];

/** GraphiQL's way to subscriptions: a socket for as long as one is open, and another one for another key. */
export function createSubscriber(url: URL) {
  const socketUrl = new URL(url);
  socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  let opened: { authorization: string | undefined; client: Client } | null = null;

  function clientFor(authorization: string | undefined): Client {
    if (opened !== null && opened.authorization === authorization) return opened.client;
    void opened?.client.dispose();
    const connectionParams = authorization === undefined ? {} : { authorization };
    opened = { authorization, client: createClient({ url: socketUrl.href, connectionParams }) };
    return opened.client;
  }

  return ({ query, variables, operationName }: GraphqlParams, headers: Record<string, string>) =>
    clientFor(authorizationIn(headers)).iterate({
      query,
      operationName: operationName ?? null,
      variables: (variables ?? null) as Record<string, unknown> | null,
    });
}
