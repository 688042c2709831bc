import { z } from 'zod';
import type { Variable } from './source.ts';

/** The quote currency that every polled source asks for. */
export const vsCurrency = {
  schema: z
    .string()
    .regex(/^[A-Za-z0-9]{2,10}$/, 'must be one currency code, as usd')
    .transform((code) => code.toLowerCase())
    .default('usd'),
  description: 'Currency that prices are asked in, as usd, eur or btc.',
  example: 'usd',
} satisfies Variable;

/** A key of an API. Only what an HTTP header can carry: anything else fails here, where it is not printed. */
export function apiKey(description: string) {
  return {
    schema: z
      .string()
      .regex(/^[!-~]+$/, 'must be one word of plain characters')
      .optional(),
    description,
    secret: true,
  } satisfies Variable;
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** Where an API is, instead of its own host. It is recorded with every request, so it cannot hold a password or a query. */
export function baseUrl(description: string) {
  return {
    schema: z
      .string()
      .refine(isPlainUrl, 'must be an http(s) URL without user, password, query or fragment')
      .transform((url) => url.replace(/\/{1,9}$/, ''))
      .optional(),
    description,
  } satisfies Variable;
}

/** A whole number written in digits. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
