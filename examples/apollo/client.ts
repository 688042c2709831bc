import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { possibleTypes } from './generated/possible-types.ts';
import { createSocket } from './socket.ts';

export interface CoinlogClient {
  client: ApolloClient;
  /** Ends what is under way. */
  close: () => void;
}

/**
 * Apollo Client for a coinlog. Whatever has an id is kept once, under its type and id: that is how the cache does it
 * anyway, and ids of coinlog are made for it.
 */
export function createCoinlogClient(url: string): CoinlogClient {
  const socket = createSocket(url);
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url }),
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes }) });
  return {
    client,
    close() {
      client.stop();
      void socket.dispose();
    },
  };
}
