import { foldIdentity, noIdentity } from '../identity/fold.ts';
import { createResolver, type AmbiguousPair } from '../identity/resolve.ts';
import { coinKey } from '../identity/source-coin.ts';
import { readUnlinked, type IdentityLinkRow } from '../read/identity-links.ts';
import { readSourceCoins } from '../read/source-coins.ts';
import type { App } from './app.ts';
import { assertKnown, linkJson } from './identity.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

export interface UnlinkedOptions {
  source?: string | undefined;
  limit: number;
}

/** What of another source may be the same coin, and why it was not taken for it. */
interface Candidate {
  source: string;
  sourceCoinId: string;
  reason: string;
  evidence: AmbiguousPair['evidence'];
}

interface UnlinkedCoin {
  row: IdentityLinkRow;
  candidates: Candidate[];
}

const noCounterpart = 'no other source has anything alike';

/** Each pair as either of the two sees it. */
function candidatesByCoin(pairs: readonly AmbiguousPair[]): Map<string, Candidate[]> {
  const sides = pairs.flatMap(({ a, b, reason, evidence }) => [
    { key: coinKey(a), candidate: { ...b, reason, evidence } },
    { key: coinKey(b), candidate: { ...a, reason, evidence } },
  ]);
  return new Map(
    [...Map.groupBy(sides, ({ key }) => key)].map(([key, own]) => [
      key,
      own.map(({ candidate }) => candidate),
    ]),
  );
}

/** What the resolver would be in doubt about now. It decides nothing here. */
async function readAmbiguous(app: App): Promise<AmbiguousPair[]> {
  const { events } = await app.identity.readAfter(0);
  const coins = await readSourceCoins(app.database.readSql);
  const resolver = createResolver({ identity: foldIdentity(noIdentity, events), coins });
  resolver.update([]);
  return resolver.ambiguous();
}

function unlinkedText(coins: readonly UnlinkedCoin[], total: number): string {
  if (total === 0) return 'Every source coin is one with a coin of another source.';
  const rows = coins.flatMap(({ row, candidates }) => {
    const own = [row.coinId, coinKey(row), row.symbol, row.name, row.rank, row.marketCap];
    if (candidates.length === 0) return [[...own, '', noCounterpart]];
    return candidates.map((candidate) => [...own, coinKey(candidate), candidate.reason]);
  });
  const columns = ['coin', 'source coin', 'symbol', 'name', 'rank', 'market cap', 'may be', 'why it is not'];
  return `${coins.length} of ${total} source coins that stand alone.\n${table(columns, rows)}`;
}

/**
 * Source coins that stand alone: first those that another source has something like, then those without anything
 * alike; of each the largest first.
 */
export async function identityUnlinked(
  app: App,
  output: Output,
  { source, limit }: UnlinkedOptions,
): Promise<number> {
  await requireReadModel(app);
  if (source !== undefined) assertKnown(app, source);
  const pairs = await readAmbiguous(app);
  const candidates = candidatesByCoin(pairs);
  const named = pairs.flatMap(({ a, b }) => [a, b]);
  const rows = (await readUnlinked(app.database.readSql, named)).filter(
    (row) => source === undefined || row.source === source,
  );
  const coins = rows.map((row) => ({ row, candidates: candidates.get(coinKey(row)) ?? [] }));
  const sorted = [
    ...coins.filter((coin) => coin.candidates.length > 0),
    ...coins.filter((coin) => coin.candidates.length === 0),
  ];
  const shown = sorted.slice(0, limit);
  const links = shown.map(({ row, candidates: own }) => ({
    ...linkJson(row),
    reason: own[0]?.reason ?? noCounterpart,
    candidates: own,
  }));
  output.result({ links, total: sorted.length }, () => unlinkedText(shown, sorted.length));
  return 0;
}
