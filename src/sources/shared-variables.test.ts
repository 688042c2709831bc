import { describe, expect, it } from 'vitest';
import { apiKey, baseUrl, vsCurrency, wholeNumber } from './shared-variables.ts';

describe('the variables that sources share', () => {
  it('take a base URL without its last slash, and none that holds a key', () => {
    const { schema } = baseUrl('x');
    expect(schema.parse('http://localhost:8101/coingecko/api/v3/')).toBe(
      'http://localhost:8101/coingecko/api/v3',
    );
    for (const text of [
      'https://u:key@host/v1',
      'https://host/v1?key=1',
      'https://host/#k',
      'ftp://host',
      'host',
    ]) {
      expect(schema.safeParse(text).success).toBe(false);
    }
  });

  it('take a key that a header can carry, and never repeat another in the error', () => {
    const { schema } = apiKey('x');
    expect(schema.parse('CG-abc123')).toBe('CG-abc123');
    const refused = schema.safeParse('sec ret\n');
    expect(refused.success).toBe(false);
    expect(refused.error?.message).not.toContain('ret');
  });

  it('take a currency in either case', () => {
    expect(vsCurrency.schema.parse('EUR')).toBe('eur');
    expect(vsCurrency.schema.parse(undefined)).toBe('usd');
    for (const text of ['usd,eur', 'u', '$']) expect(vsCurrency.schema.safeParse(text).success).toBe(false);
  });

  it('take whole numbers within their limits only', () => {
    expect(wholeNumber(1, 100).parse('100')).toBe(100);
    for (const text of ['0', '101', '1.5', '1e1', ' 1', '']) {
      expect(wholeNumber(1, 100).safeParse(text).success).toBe(false);
    }
  });
});
