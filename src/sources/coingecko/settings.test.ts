import { describe, expect, it } from 'vitest';
import { settingsOf } from '../test-source-poll.ts';
import { coingecko } from './index.ts';

const publicUrl = 'https://api.coingecko.com/api/v3';
const proUrl = 'https://pro-api.coingecko.com/api/v3';
const limits = (minute: number, month: number | null) => ({ second: null, minute, month });

describe('the settings of coingecko', () => {
  it.each([
    [{}, { baseUrl: publicUrl, headers: {}, plan: 'keyless', limits: limits(10, null) }],
    [
      { COINGECKO_API_KEY: 'k' },
      { baseUrl: publicUrl, headers: { 'x-cg-demo-api-key': 'k' }, plan: 'demo', limits: limits(30, 10_000) },
    ],
    [
      { COINGECKO_API_KEY: 'k', COINGECKO_API_KEY_KIND: 'pro' },
      { baseUrl: proUrl, headers: { 'x-cg-pro-api-key': 'k' }, plan: 'pro', limits: limits(250, 100_000) },
    ],
    [
      { COINGECKO_API_KEY_KIND: 'pro' },
      { baseUrl: publicUrl, headers: {}, plan: 'keyless', limits: limits(10, null) },
    ],
  ])('pick host and header by the kind of key: %o', (environment, expected) => {
    expect(settingsOf(coingecko, environment)).toEqual({ ...expected, currency: 'USD', pages: 1 });
  });

  it('take another address, with the header of the key all the same', () => {
    const environment = {
      COINGECKO_BASE_URL: 'http://127.0.0.1:8101/coingecko/api/v3/',
      COINGECKO_API_KEY: 'k',
    };
    expect(settingsOf(coingecko, environment)).toMatchObject({
      baseUrl: 'http://127.0.0.1:8101/coingecko/api/v3',
      headers: { 'x-cg-demo-api-key': 'k' },
    });
  });

  it('refuse a number of pages that is none', () => {
    for (const pages of ['0', '101', 'most']) {
      expect(() => settingsOf(coingecko, { COINGECKO_PAGES: pages })).toThrow();
    }
  });
});
