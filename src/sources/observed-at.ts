/** Before the first block of Bitcoin nothing had a price. */
const earliestMs = Date.UTC(2009, 0, 1);
/** How far a source's clock may be ahead of ours. */
const aheadMaxMs = 5 * 60_000;

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * An ISO 8601 time, or null where it is none. Without a zone it is UTC: `Date.parse` alone would take the zone of the
 * machine, and would read `1` as a date too.
 */
export function parseTime(text: string): Date | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [, year, month, day, time = '00:00', zone = 'Z'] = match;
  const parsed = new Date(`${year}-${month}-${day}T${time}${zone}`);
  if (Number.isNaN(parsed.getTime())) return null;
  // Date.parse makes 2 March of 30 February.
  const isInMonth = Number(day) <= 28 || Number(day) <= daysIn(Number(year), Number(month));
  return isInMonth ? parsed : null;
}

/**
 * When a record's values held: the source's own time where it is believable, else ours, and which of them it is.
 * One bogus date of 2099 would otherwise be the newest for ever.
 */
export function observedAt(
  sourceTime: Date | null,
  receivedAt: Date,
): { observedAt: Date; observedAtBasis: 'source' | 'received' } {
  const sourceMs = sourceTime?.getTime() ?? Number.NaN;
  const isBelievable = sourceMs >= earliestMs && sourceMs <= receivedAt.getTime() + aheadMaxMs;
  return sourceTime !== null && isBelievable
    ? { observedAt: sourceTime, observedAtBasis: 'source' }
    : { observedAt: receivedAt, observedAtBasis: 'received' };
}
