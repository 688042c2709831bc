import { z } from 'zod';
import { apiKey, baseUrl, vsCurrency, wholeNumber } from '../shared-variables.ts';
import type { PollSettings, VariableValues, Variables } from '../source.ts';

const keyKind = z.enum(['demo', 'pro']);

export const variables = {
  COINGECKO_API_KEY: apiKey('Key of the CoinGecko API. Unset: asked without a key.'),
  COINGECKO_API_KEY_KIND: {
    schema: keyKind.default('demo'),
    description: 'Kind of that key, demo or pro; it decides host and header.',
    example: 'demo',
  },
  COINGECKO_BASE_URL: baseUrl('CoinGecko under another address, with its /api/v3.'),
  COINGECKO_PAGES: {
    schema: z
      .union([z.literal('all'), wholeNumber(1, 100)], 'must be a whole number from 1 to 100, or all')
      .default(1),
    description:
      'Pages of 250 coins that one run asks CoinGecko for, by market cap; all: every coin, in some 80 pages.',
    example: '1',
  },
  VS_CURRENCY: vsCurrency,
} satisfies Variables;

const ours = z.object({
  COINGECKO_API_KEY: z.string().optional(),
  COINGECKO_API_KEY_KIND: keyKind,
  COINGECKO_BASE_URL: z.string().optional(),
  COINGECKO_PAGES: z.union([z.literal('all'), z.number()]),
  VS_CURRENCY: z.string(),
});

/**
 * A key on the wrong host is refused (codes 10010 and 10011), so its kind picks the host. The limits are the lowest that
 * each kind is documented or reported to have; REQUESTS_PER_MONTH_COINGECKO raises the last for a larger plan.
 */
const plans = {
  keyless: {
    host: 'https://api.coingecko.com/api/v3',
    header: null,
    limits: { second: null, minute: 10, month: null },
  },
  demo: {
    host: 'https://api.coingecko.com/api/v3',
    header: 'x-cg-demo-api-key',
    limits: { second: null, minute: 30, month: 10_000 },
  },
  pro: {
    host: 'https://pro-api.coingecko.com/api/v3',
    header: 'x-cg-pro-api-key',
    limits: { second: null, minute: 250, month: 100_000 },
  },
} as const;

/** Takes parsed variables. The key goes into a header: in the query it would be recorded and logged. */
export function settings(values: VariableValues): PollSettings {
  const own = ours.parse(values);
  const key = own.COINGECKO_API_KEY;
  const plan = key === undefined ? 'keyless' : own.COINGECKO_API_KEY_KIND;
  const { host, header, limits } = plans[plan];
  return {
    baseUrl: own.COINGECKO_BASE_URL ?? host,
    headers: key !== undefined && header !== null ? { [header]: key } : {},
    plan,
    limits,
    currency: own.VS_CURRENCY.toUpperCase(),
    pages: own.COINGECKO_PAGES,
  };
}
