import type { Evidence } from '../identity/decision.ts';
import type { AnomalyKind, AnomalySeverity } from '../projections/anomalies/events.ts';
import type { CoinSpread } from '../read/spreads.ts';

/** What is to be raised. */
export interface Finding {
  kind: AnomalyKind;
  severity: AnomalySeverity;
  source: string | null;
  coinId: string | null;
  message: string;
  evidence: Evidence;
}

/** An anomaly that was raised and not resolved. */
export interface OpenAnomaly {
  anomalyId: string;
  kind: string;
  source: string | null;
  coinId: string | null;
}

export interface Resolution {
  anomalyId: string;
  reason: string;
}

export interface Judgement {
  raise: Finding[];
  resolve: Resolution[];
}

/** A source that is polled, and how long it has been silent. */
export interface SourceSilence {
  source: string;
  /** Its last success, or since when it has been waited for in vain. */
  since: Date;
  staleAfterMs: number;
  /** An operator keeps it from being asked. */
  isPaused: boolean;
}

/** An anomaly that is resolved at the limit where it was raised would come and go with every quote. */
const resolvedBelow = 0.8;
// Who has a coin of these looks at it every day; below them one source's slip is everyday.
const topRank = 100;
const disagreementRank = 500;

/** The least spread that is looked at for a limit. */
export const spreadFloor = (limitPercent: number): number => limitPercent * resolvedBelow;

const isWithin = (rank: number | null, most: number): boolean => rank !== null && rank <= most;

const isDisagreement = ({ method, rank }: CoinSpread): boolean =>
  (method === 'trimmed' || method === 'trusted') && isWithin(rank, disagreementRank);

function findSpread(coin: CoinSpread, limitPercent: number): Finding | null {
  const { coinId, name, rank, method, spreadPercent, quotesUsed } = coin;
  const disagree = isDisagreement(coin);
  if (!disagree && Number(spreadPercent ?? 0) <= limitPercent) return null;
  const isTop = isWithin(rank, topRank);
  return {
    kind: 'spread',
    severity: isTop ? (disagree ? 'CRITICAL' : 'WARNING') : 'INFO',
    source: null,
    coinId,
    message: disagree
      ? `The sources disagree on ${name}: a quote was left out of the consensus as too far from the others.`
      : `The quotes of ${name} are ${spreadPercent} % apart; the limit is ${limitPercent} %.`,
    evidence: { spreadPercent, limitPercent, method, quotesUsed, rank },
  };
}

/** Why a spread is none any more; null: it still is one, or nothing can be told, since only one quote is fresh. */
function spreadIsOver(coin: CoinSpread | undefined, limitPercent: number): string | null {
  if (coin === undefined) return 'the coin has become another one';
  if (coin.linkedSources < 2) return 'only one source has the coin now';
  if (isDisagreement(coin) || coin.spreadPercent === null) return null;
  return Number(coin.spreadPercent) <= spreadFloor(limitPercent)
    ? `the quotes agree again, within ${coin.spreadPercent} %`
    : null;
}

/** Pure: which coins' quotes are too far apart, and which no longer are. */
export function judgeSpreads(
  coins: readonly CoinSpread[],
  open: readonly OpenAnomaly[],
  limitPercent: number,
): Judgement {
  const spreads = open.filter(({ kind }) => kind === 'spread');
  const raised = new Set(spreads.map(({ coinId }) => coinId));
  const byId = new Map(coins.map((coin) => [coin.coinId, coin]));
  const found = coins
    .filter(({ coinId }) => !raised.has(coinId))
    .map((coin) => findSpread(coin, limitPercent));
  return {
    raise: found.filter((finding) => finding !== null),
    resolve: spreads.flatMap(({ anomalyId, coinId }) => {
      const reason = spreadIsOver(byId.get(coinId ?? ''), limitPercent);
      return reason === null ? [] : [{ anomalyId, reason }];
    }),
  };
}

const isSilent = ({ since, staleAfterMs, isPaused }: SourceSilence, now: Date): boolean =>
  !isPaused && now.getTime() - since.getTime() > staleAfterMs;

/** Pure but for the clock that it is given: which sources are silent, and which no longer are. */
export function judgeSilence(
  sources: readonly SourceSilence[],
  open: readonly OpenAnomaly[],
  now: Date,
): Judgement {
  const silences = open.filter(({ kind }) => kind === 'source_silent');
  const raised = new Set(silences.map(({ source }) => source));
  const silent = sources.filter((source) => isSilent(source, now));
  const isStill = new Set(silent.map(({ source }) => source));
  const paused = new Set(sources.filter(({ isPaused }) => isPaused).map(({ source }) => source));
  const asked = new Set(sources.map(({ source }) => source));
  const reasonFor = (source: string): string => {
    if (!asked.has(source)) return 'the source is asked no more';
    return paused.has(source) ? 'the source is paused' : 'the source was read again';
  };
  return {
    raise: silent
      .filter(({ source }) => !raised.has(source))
      .map(({ source, since, staleAfterMs }) => ({
        kind: 'source_silent',
        severity: 'WARNING',
        source,
        coinId: null,
        message: `${source} has not been read with success since ${since.toISOString()}.`,
        evidence: { since: since.toISOString(), staleAfterMinutes: Math.round(staleAfterMs / 60_000) },
      })),
    resolve: silences
      .filter(({ source }) => !isStill.has(source ?? ''))
      .map(({ anomalyId, source }) => ({ anomalyId, reason: reasonFor(source ?? '') })),
  };
}
