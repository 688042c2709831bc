import { CoinlogError } from '../../errors.ts';
import { unit } from '../kit/random.ts';
import { type FaultName, faultNames, isFaultName } from './catalogue.ts';

/** Which faults are given, how often and when. */
export interface FaultProfile {
  /** Probability per request. */
  shares: readonly { fault: FaultName; share: number }[];
  seed: number;
  /** So many requests at the beginning are healthy. */
  after: number;
  /** So many faults in all, then healthy for ever; null for no end. */
  times: number | null;
}

type Setting = 'seed' | 'after' | 'times';

type Part =
  | { kind: 'share'; name: FaultName | 'all'; share: number }
  | { kind: 'setting'; name: Setting; value: number };

// Ten times 0.1 may come to a little more than 1.
const rounding = 1e-9;

function refuse(what: string): never {
  throw new CoinlogError(
    'USAGE',
    `--faults: ${what}. It takes NAME or NAME:PROBABILITY,… with seed=N, after=N and times=N; the names are all, ${faultNames.join(', ')}.`,
  );
}

function parsePart(text: string): Part {
  const setting = /^(seed|after|times)=(.*)$/.exec(text);
  if (setting !== null) {
    const [, name, value = ''] = setting;
    if (!/^\d{1,9}$/.test(value)) refuse(`"${text}" is no whole number of at most nine digits`);
    return { kind: 'setting', name: name as Setting, value: Number(value) };
  }
  const [name = '', probability, ...more] = text.split(':');
  if (name !== 'all' && !isFaultName(name)) return refuse(`there is no fault "${name}"`);
  const isShare = probability === undefined || /^(\d+(\.\d*)?|\.\d+)$/.test(probability);
  const share = Number(probability ?? 1);
  if (!isShare || more.length > 0 || share > 1) refuse(`"${text}" is not NAME:PROBABILITY with 0 to 1`);
  return { kind: 'share', name, share };
}

/**
 * Reads what `--faults` takes: `silent`, or `rate-limited-now:0.2,reset-mid-body:0.1,seed=7,after=3,times=2`, or
 * `all:0.3`. Throws USAGE.
 */
export function parseFaultProfile(text: string): FaultProfile {
  const parts = text.split(',').map((part) => parsePart(part.trim()));
  const names = parts.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`"${twice}" is there twice`);
  const shares = parts.flatMap((part) => {
    if (part.kind === 'setting') return [];
    if (part.name !== 'all') return { fault: part.name, share: part.share };
    return faultNames.map((fault) => ({ fault, share: part.share / faultNames.length }));
  });
  if (shares.length === 0) refuse('it names no fault');
  const total = shares.reduce((sum, { share }) => sum + share, 0);
  if (total > 1 + rounding) refuse(`the probabilities add up to ${total}, more than 1`);
  const setting = (wanted: Setting): number | undefined =>
    parts.filter((part) => part.kind === 'setting').find(({ name }) => name === wanted)?.value;
  return {
    shares,
    seed: setting('seed') ?? 1,
    after: setting('after') ?? 0,
    times: setting('times') ?? null,
  };
}

/** The fault that the request of that count, from 1, is to get. The same for the same seed and count. */
export function drawFault({ shares, seed, after }: FaultProfile, count: number): FaultName | null {
  if (count <= after) return null;
  let left = unit(seed, 'fault', count);
  for (const { fault, share } of shares) {
    if (left < share) return fault;
    left -= share;
  }
  return null;
}
