import { z } from 'zod';
import { apiKey, baseUrl, vsCurrency } from '../shared-variables.ts';
import type { PollSettings, VariableValues, Variables } from '../source.ts';

const authScheme = z.enum(['raw', 'bearer']);

export const variables = {
  COINPAPRIKA_API_KEY: apiKey('Key of the paid CoinPaprika API. Unset: the free one.'),
  COINPAPRIKA_AUTH_SCHEME: {
    schema: authScheme.default('raw'),
    description: 'How that key stands in the Authorization header: raw or bearer.',
    example: 'raw',
  },
  COINPAPRIKA_BASE_URL: baseUrl('CoinPaprika under another address, with its /v1.'),
  VS_CURRENCY: vsCurrency,
} satisfies Variables;

const ours = z.object({
  COINPAPRIKA_API_KEY: z.string().optional(),
  COINPAPRIKA_AUTH_SCHEME: authScheme,
  COINPAPRIKA_BASE_URL: z.string().optional(),
  VS_CURRENCY: z.string(),
});

const freeUrl = 'https://api.coinpaprika.com/v1';
const proUrl = 'https://api-pro.coinpaprika.com/v1';

/** The documentation shows the bare key on most pages and `Bearer` on one, so it can be either. */
function authorization(key: string, scheme: z.infer<typeof authScheme>): string {
  return scheme === 'bearer' ? `Bearer ${key}` : key;
}

/** Takes parsed variables. */
export function settings(values: VariableValues): PollSettings {
  const own = ours.parse(values);
  const key = own.COINPAPRIKA_API_KEY;
  return {
    baseUrl: own.COINPAPRIKA_BASE_URL ?? (key === undefined ? freeUrl : proUrl),
    headers: key === undefined ? {} : { authorization: authorization(key, own.COINPAPRIKA_AUTH_SCHEME) },
    plan: key === undefined ? 'free' : 'pro',
    // Ten a second and address on every plan; 400,000 a month is the smallest paid one.
    limits: { second: 10, minute: 600, month: key === undefined ? 20_000 : 400_000 },
    currency: own.VS_CURRENCY.toUpperCase(),
    pages: 1,
  };
}
