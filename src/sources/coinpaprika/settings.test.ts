import { describe, expect, it } from 'vitest';
import { settingsOf } from '../test-source-poll.ts';
import { coinpaprika } from './index.ts';

describe('the settings of coinpaprika', () => {
  it.each([
    [{}, { baseUrl: 'https://api.coinpaprika.com/v1', headers: {}, plan: 'free' }],
    [
      { COINPAPRIKA_API_KEY: 'k' },
      { baseUrl: 'https://api-pro.coinpaprika.com/v1', headers: { authorization: 'k' }, plan: 'pro' },
    ],
    [
      {
        COINPAPRIKA_API_KEY: 'k',
        COINPAPRIKA_AUTH_SCHEME: 'bearer',
        COINPAPRIKA_BASE_URL: 'http://localhost/v1/',
      },
      { baseUrl: 'http://localhost/v1', headers: { authorization: 'Bearer k' }, plan: 'pro' },
    ],
  ])('pick host and header by the key: %o', (environment, expected) => {
    expect(settingsOf(coinpaprika, environment)).toEqual({
      ...expected,
      limits: { second: 10, minute: 600, month: expected.plan === 'pro' ? 400_000 : 20_000 },
      currency: 'USD',
      pages: 1,
    });
  });
});
