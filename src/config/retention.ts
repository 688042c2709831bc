import { z } from 'zod';

/** How long observations are kept. */
export interface Retention {
  amount: number;
  unit: 'd' | 'm' | 'y';
}

const form = /^[1-9]\d{0,3}[dmy]$/;

/** As it is written, for the list of variables. */
export const retentionText = z
  .string()
  .regex(form, 'must be a number of days, months or years, as 400d, 24m or 3y')
  .refine((text) => !text.endsWith('d') || Number(text.slice(0, -1)) >= 31, 'must be at least 31d');

/** `400d`, `24m` (months) or `3y`; at least a month, since whole months go at once. */
export const retention = retentionText.transform((text): Retention => ({
  amount: Number(text.slice(0, -1)),
  unit: text.slice(-1) as Retention['unit'],
}));

/** Pure: the beginning of the month (UTC) in which the time falls that is so long ago: no month is kept in part. */
export function keptFrom({ amount, unit }: Retention, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const then = new Date(
    Date.UTC(
      year - (unit === 'y' ? amount : 0),
      month - (unit === 'm' ? amount : 0),
      unit === 'd' ? day - amount : 1,
    ),
  );
  return new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth(), 1));
}
