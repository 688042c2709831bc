import type { LinkDecision } from '../identity/decision.ts';
import { noIdentity } from '../identity/fold.ts';
import { createResolver, type AmbiguousPair } from '../identity/resolve.ts';
import { coinKey } from '../identity/source-coin.ts';
import { readSourceCoins } from '../read/source-coins.ts';
import type { App } from './app.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

/** The links that put more than one source's coin into one coin. */
function shared(links: readonly LinkDecision[]): LinkDecision[] {
  const byCoin = Map.groupBy(links, ({ coinId }) => coinId);
  return [...byCoin.values()].filter((own) => own.length > 1).flat();
}

const linkRow = (link: LinkDecision) => [link.coinId, coinKey(link), link.method, link.confidence];
const pairRow = ({ a, b, reason }: AmbiguousPair) => [coinKey(a), coinKey(b), reason];

/**
 * Which source coins are one coin, by what is known of them now: symbols, names, prices and ranks. It shows, and links
 * nothing: in the read model a source's coin is its own coin still.
 */
export async function identityPropose(app: App, output: Output, limit: number): Promise<number> {
  await requireReadModel(app);
  const resolver = createResolver({ identity: noIdentity, coins: [] });
  const decisions = resolver.update(await readSourceCoins(app.database.readSql));
  const links = shared(decisions.flatMap((decision) => (decision.kind === 'link' ? decision : [])));
  const ambiguous = resolver.ambiguous();
  output.result({ links, ambiguous }, () =>
    [
      `${links.length} source coins would share a coin, ${ambiguous.length} pairs are ambiguous. Nothing was linked.`,
      '',
      table(['coin', 'source coin', 'method', 'confidence'], links.slice(0, limit).map(linkRow)),
      '',
      table(['one', 'other', 'why they stay two'], ambiguous.slice(0, limit).map(pairRow)),
    ].join('\n'),
  );
  return 0;
}
