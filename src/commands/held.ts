import type { SourceControls } from '../control/status.ts';

/** What holds a source back, in a word and a reason; `asked` when nothing does. */
export function stateOf(
  enabled: boolean,
  controls: SourceControls | undefined,
): { state: string; why: string | null } {
  if (!enabled) return { state: 'off', why: null };
  const { pausedReason = null, breaker = 'CLOSED', waitingUntil = null, reason = null } = controls ?? {};
  if (pausedReason !== null) return { state: 'paused', why: pausedReason };
  if (breaker === 'STOPPED_BY_CONFIG') return { state: 'stopped', why: reason };
  if (waitingUntil !== null) return { state: `waits until ${waitingUntil.toISOString()}`, why: reason };
  const slowedUntil = controls?.slowedUntil ?? null;
  if (slowedUntil !== null)
    return {
      state: 'slowed down',
      why: `next run at ${slowedUntil.toISOString()}: the month's requests would not last`,
    };
  return { state: 'asked', why: null };
}

export const isAsked = (enabled: boolean, controls: SourceControls | undefined): boolean =>
  enabled && controls?.pausedReason === null && controls.breaker !== 'STOPPED_BY_CONFIG';

export const notBefore = (controls: SourceControls | undefined): Date | null =>
  controls?.waitingUntil ?? controls?.slowedUntil ?? null;
