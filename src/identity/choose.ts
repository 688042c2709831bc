import {
  areActive,
  contradiction,
  haveSameContracts,
  isDeclaredInKeeping,
  isEnough,
  type Pair,
} from './evidence.ts';
import { strengthOf } from './names.ts';

/** The one coin of another source that a coin is; or those it may be, which are too many or not sure enough. */
export type Choice =
  { kind: 'one'; pair: Pair } | { kind: 'none' } | { kind: 'unsure'; pairs: readonly Pair[]; reason: string };

const none: Choice = { kind: 'none' };
const one = (pair: Pair): Choice => ({ kind: 'one', pair });

function theOnly<Item>(items: readonly Item[]): Item | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** Of several, the only one still followed; else the only one that bears the same symbol. */
function choose(pairs: readonly Pair[], reason: string): Choice {
  if (pairs.length === 0) return none;
  const chosen =
    theOnly(pairs) ??
    theOnly(pairs.filter(areActive)) ??
    theOnly(pairs.filter(({ name }) => strengthOf(name) >= strengthOf('BASE')));
  return chosen === null ? { kind: 'unsure', pairs, reason } : one(chosen);
}

/** By the source's own mapping. `pairs`: a coin with every coin of one other source that it shares something with. */
export const chooseByMapping = (pairs: readonly Pair[]): Choice =>
  choose(
    pairs.filter(({ isMapped }) => isMapped),
    'mapped to several',
  );

export const chooseByContract = (pairs: readonly Pair[]): Choice =>
  choose(pairs.filter(haveSameContracts), 'several have the contract');

export function chooseByDeclaration(pairs: readonly Pair[]): Choice {
  const declared = pairs.filter(({ isDeclared }) => isDeclared);
  const sound = declared.filter(isDeclaredInKeeping);
  if (declared.length > 0 && sound.length === 0)
    return { kind: 'unsure', pairs: declared, reason: 'declared, and otherwise contradicted' };
  return choose(sound, 'declared to be several');
}

/** By symbol and name: the best match, if it is the only one and nothing as good was ruled out. */
export function chooseByName(pairs: readonly Pair[]): Choice {
  const alike = pairs.filter(({ name }) => name !== 'NONE');
  const open = alike.filter((pair) => isEnough(pair) && contradiction(pair) === null);
  const best = Math.max(...open.map(({ name }) => strengthOf(name)));
  const top = open.filter(({ name }) => strengthOf(name) === best);
  const atLeast = open.length > 0 ? Math.max(strengthOf('BASE'), best) : strengthOf('SLUG_ONLY');
  const ruledOut = alike.filter((pair) => strengthOf(pair.name) >= atLeast && !open.includes(pair));
  const chosen =
    theOnly(top) ?? theOnly(top.filter(areActive)) ?? theOnly(top.filter((pair) => pair.hasSamePrice));
  if (chosen !== null && (ruledOut.length === 0 || chosen.market.price === 'agrees')) return one(chosen);
  if (top.length > 1) return { kind: 'unsure', pairs: top, reason: 'several are alike' };
  const [doubtful] = ruledOut;
  if (doubtful === undefined) return none;
  return {
    kind: 'unsure',
    pairs: [...top, ...ruledOut],
    reason: contradiction(doubtful) ?? 'names are only alike',
  };
}
