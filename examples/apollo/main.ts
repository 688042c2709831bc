// The top coins of a coinlog, and then each change as it comes: node examples/apollo/main.ts [address]
import { createCoinlogClient } from './client.ts';
import { followCoins } from './follow.ts';
import { TopCoinsDocument } from './generated/graphql.ts';
import { showTopCoins } from './show.ts';

const first = 10;

const { client, close } = createCoinlogClient(process.argv[2] ?? 'http://localhost:8000/graphql');
try {
  const { data } = await client.query({ query: TopCoinsDocument, variables: { first } });
  const ids = data?.coins.nodes.map(({ id }) => id) ?? [];
  const shown = showTopCoins(client, first, (line) => process.stdout.write(`${line}\n`));
  const followed = followCoins(client, ids).subscribe({ error: fail });
  process.once('SIGINT', () => {
    followed.unsubscribe();
    shown.unsubscribe();
    close();
  });
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  close();
}
