const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timeZone, formatter);
  return formatter;
}

/** Whether a name is one of a time zone, as `Europe/Berlin`, `UTC` or `+02:00`. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the clocks of a zone show at a time, as if they showed UTC. */
function clockMs(timeMs: number, timeZone: string): number {
  const shown = new Map(
    formatterOf(timeZone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
  const milliseconds = ((timeMs % 1000) + 1000) % 1000;
  const [year, month, day] = [part('year'), part('month') - 1, part('day')];
  return Date.UTC(year, month, day, part('hour'), part('minute'), part('second'), milliseconds);
}

const dayMs = 24 * 60 * 60_000;

/**
 * The time at which the clocks of a zone showed what `localMs` says as if it were UTC: the earlier one of the hour that
 * comes twice in autumn, and null for the one that is left out in spring.
 */
export function zonedTime(localMs: number, timeZone: string): Date | null {
  if (timeZone === 'UTC') return new Date(localMs);
  const offsets = [localMs - dayMs, localMs + dayMs].map((near) => clockMs(near, timeZone) - near);
  const fitting = offsets
    .map((offset) => localMs - offset)
    .filter((timeMs) => clockMs(timeMs, timeZone) === localMs);
  return fitting.length === 0 ? null : new Date(Math.min(...fitting));
}
