import { createClient, type Client } from 'graphql-ws';

const keepAliveMs = 10_000;
const patienceMs = 5_000;

/**
 * A socket that notices when the other side is gone without a word. It does not connect again by itself: it would
 * send the old variables, and what happened meanwhile would be lost. See follow.ts.
 */
export function createSocket(url: string): Client {
  let unanswered: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    retryAttempts: 0,
    keepAlive: keepAliveMs,
    on: {
      ping: (received) => {
        if (!received) unanswered = setTimeout(() => client.terminate(), patienceMs);
      },
      pong: (received) => {
        if (received) clearTimeout(unanswered);
      },
      closed: () => clearTimeout(unanswered),
    },
  });
  return client;
}
