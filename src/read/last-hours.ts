const hourMs = 3_600_000;

/** A window of the last hours, the later end being now, in equal parts. */
export interface Hours {
  hours: number;
  start: Date;
  end: Date;
  /** An hour each, up to two days; else a day's quarters. */
  partMs: number;
}

export const lastHours = (hours: number, now: Date): Hours => ({
  hours,
  start: new Date(now.getTime() - hours * hourMs),
  end: now,
  partMs: hours <= 48 ? hourMs : 6 * hourMs,
});

/** When each part begins, oldest first. */
export const partStarts = ({ start, end, partMs }: Hours): Date[] =>
  Array.from(
    { length: Math.ceil((end.getTime() - start.getTime()) / partMs) },
    (_, part) => new Date(start.getTime() + part * partMs),
  );
