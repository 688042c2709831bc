import { expect, test } from 'vitest';
import { mapHeader } from './mapping.ts';

function mapped(header: string[]) {
  const result = mapHeader(header);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.mapping;
}

test('a stronger name wins over a weaker one, which is reported', () => {
  const { columns, unmapped } = mapped(['slug', 'id', 'close', 'price', 'volume', 'volume_24h']);
  expect(columns).toEqual({ id: 1, price: 3, volume24h: 5 });
  expect(unmapped).toEqual(['slug', 'close', 'volume']);
});

test('the price says in which currency a file is quoted, and money in another is left out', () => {
  expect(mapped(['id', 'price_eur', 'market_cap_usd', 'volume_eur'])).toMatchObject({
    currency: 'EUR',
    columns: { price: 1, volume24h: 3 },
    unmapped: ['market_cap_usd'],
  });
  expect(mapped(['id', 'price_btc', 'price_usd'])).toMatchObject({ currency: 'USD', columns: { price: 2 } });
  expect(mapped(['id', 'Price (€)', 'price_low'])).toMatchObject({ unmapped: ['price_low'] });
});

test('a column of currencies counts only where no label names one', () => {
  expect(mapped(['id', 'price', 'currency', 'market_cap_usd'])).toMatchObject({
    columns: { price: 1, currency: 2 },
    unmapped: ['market_cap_usd'],
  });
  expect(mapped(['id', 'price_usd', 'currency'])).toMatchObject({ unmapped: ['currency'] });
});

test('the coin is known by its id, else its symbol, else its name', () => {
  expect(mapped(['name', 'symbol', 'id', 'price']).identity).toBe('id');
  expect(mapped(['name', 'ticker', 'price']).identity).toBe('symbol');
  expect(mapped(['coin', 'price']).identity).toBe('name');
});

test('an absolute change is never taken for a percentage, nor an all-time date for the time', () => {
  const header = ['id', 'price', 'price_change_24h', 'ath_date', 'market_cap_change_percentage_24h'];
  expect(mapped(header).unmapped).toEqual(header.slice(2));
});
