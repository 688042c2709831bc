import { type CoinIdentity, inventIdentity } from './identity.ts';
import { dollarPegged, knownCoins } from './known-coins.ts';
import { oddCoins } from './odd-coins.ts';
import { type CoinTraits, type TraitHints, inventTraits } from './traits.ts';
import { pumpPhases } from './walk.ts';

/** The market's list: the well-known coins, the odd ones, then invented ones up to `count`. */
export function buildRoster(seed: number, count: number): CoinTraits[] {
  const named = [...knownEntries(), ...oddEntries()].slice(0, count);
  const identities: CoinIdentity[] = named.map(([identity]) => identity);
  const taken = {
    slugs: new Set(identities.map(({ slug }) => slug)),
    symbols: new Set(identities.map(({ symbol }) => symbol)),
  };
  while (identities.length < count) identities.push(inventIdentity(seed, identities, taken));
  return identities.map((identity, index) =>
    inventTraits(seed, index, identity, named[index]?.[1] ?? inventedHints(index)),
  );
}

type Entry = [CoinIdentity, TraitHints];

function knownEntries(): Entry[] {
  return knownCoins.map(([slug, symbol, name, priceUsd, circulatingSupply, maxSupply, firstYear]) => [
    { slug, symbol, name },
    {
      kind: dollarPegged.has(symbol) ? 'pegged' : 'known',
      priceUsd,
      circulatingSupply,
      maxSupply,
      firstYear,
    },
  ]);
}

function oddEntries(): Entry[] {
  return oddCoins.map(({ slug, symbol, name, priceUsd, circulatingSupply }) => [
    { slug, symbol, name },
    { kind: 'common', priceUsd, circulatingSupply },
  ]);
}

/** The first invented coins are the pumped ones, with a price low enough to stay out of the top. */
function inventedHints(index: number): TraitHints {
  const pumpPhaseMs = pumpPhases[index - knownCoins.length - oddCoins.length];
  if (pumpPhaseMs === undefined) return { kind: 'common' };
  return { kind: 'pumped', priceUsd: 0.000_02 * (1 + index), circulatingSupply: 50_000_000, pumpPhaseMs };
}
