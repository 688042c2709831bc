import { canonicalId } from './canonical-id.ts';
import type { CoinIndex } from './coin-index.ts';
import { authorities, type Decision } from './decision.ts';
import { compare, evidenceOf, haveOtherContracts, type Pair } from './evidence.ts';
import type { Standing } from './standing.ts';

/** Which of two must go: the one that a weaker link brought. Null: neither, a stronger decision holds them. */
function leaver({ a, b }: Pair, standing: Standing): string | null {
  const held = [a, b].map(({ key }) => ({ key, authority: standing.link(key)?.authority ?? 0 }));
  const loose = held.filter(({ authority }) => authority > 0 && authority < authorities.CONTRACT);
  // The other one founded the coin, or came to it by what is stronger.
  return loose.sort((x, y) => x.authority - y.authority)[0]?.key ?? null;
}

/**
 * Coins that were taken for one by their names, and whose contracts turn out to differ everywhere: the one that was
 * linked gets its own id back, or a new one.
 */
export function* evictions(
  keys: readonly string[],
  index: CoinIndex,
  standing: Standing,
): Generator<Decision> {
  const isTaken = (id: string): boolean => standing.born(id) !== Infinity;
  for (const key of keys) {
    const facts = index.get(key);
    const home = standing.home(key);
    if (facts === undefined || home === null || facts.contracts.size === 0) continue;
    for (const member of standing.members(home)) {
      const other = index.get(member);
      if (other === undefined || member <= key || standing.home(key) !== home) continue;
      const pair = compare(facts, other);
      const gone = haveOtherContracts(pair) && !pair.isMapped ? leaver(pair, standing) : null;
      const leaving = gone === null ? undefined : index.get(gone);
      if (gone === null || leaving === undefined) continue;
      const evidence = evidenceOf(pair, gone);
      const { source, sourceCoinId } = leaving.coin;
      const coinId = canonicalId(leaving.coin, isTaken);
      const authority = authorities.CONTRACT;
      yield {
        kind: 'link',
        source,
        sourceCoinId,
        coinId,
        method: 'CONTRACT',
        authority,
        confidence: 0.95,
        evidence,
      };
    }
  }
}
