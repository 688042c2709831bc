// What the variables of the configuration may say, each with what is wrong where it does not.
import { isIP } from 'node:net';
import { z } from 'zod';
import { Cron } from 'croner';
import { sources } from '../sources/registry.ts';

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

export const postgresUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text),
    'must look like postgres://user@host:5432/name',
  );

export const cronMessage = 'must be a cron expression of five fields, as "*/5 * * * *"';

/** Five fields, UTC; six would mean seconds, which no upstream's budget bears. */
export const cronExpression = z.string().refine((text) => {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    new Cron(text, { paused: true }).stop();
    return true;
  } catch {
    return false;
  }
}, cronMessage);

/** How a source's records are to be treated where they differ from those known so far. */
export const driftMode = z.enum(['evolve', 'freeze', 'discard-record', 'discard-value']);
export type DriftMode = z.infer<typeof driftMode>;

export const sourceNames = sources.map((source) => source.name);
export const sourceList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(sourceNames as [string, ...string[]])));

/** Fastify takes a number of hops, or addresses. */
export const trustProxy = z.string().transform((text, context): number | string[] => {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const addresses = text.split(',').map((part) => part.trim());
  const wrong = addresses.find((part) => isIP(part.replace(/\/\d{1,3}$/, '')) === 0);
  if (wrong !== undefined)
    context.addIssue(`must be a number of proxies, or their addresses; ${JSON.stringify(wrong)} is none`);
  return addresses;
});

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

export const originList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((origin) => origin.trim().replace(/\/$/, ''))
      .filter(Boolean),
  )
  .refine(
    (origins) => origins.every((origin) => origin === '*' || isOrigin(origin)),
    'must be origins, as https://app.example.org, or *',
  );
