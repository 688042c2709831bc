import type { RebuildProgress } from '../projector/rebuild-record.ts';

const secondsText = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/**
 * Tells of each step of a rebuild how many rows there are, how fast they come and how long the rest of the events will
 * take at that pace. What follows the folding has no rate of its own: it is named.
 */
export function createPace(clockMs: () => number): (step: RebuildProgress) => string {
  const startedMs = clockMs();
  return ({ phase, events, total, rows }) => {
    const seconds = (clockMs() - startedMs) / 1000;
    const counted = `${rows.toLocaleString('en')} rows`;
    if (phase !== 'folding') return `${counted}, ${phase}`;
    if (seconds === 0 || events === 0) return counted;
    const left = (seconds / events) * (total - events);
    return `${counted}, ${Math.round(rows / seconds).toLocaleString('en')} rows/s, ${secondsText(left)} left`;
  };
}
