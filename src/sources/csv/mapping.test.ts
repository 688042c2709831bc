import { describe, expect, test } from 'vitest';
import { chooseMapping, findMapping } from './choose-mapping.ts';
import { nameColumns, uniqueLabels } from './header.ts';
import { mapHeader } from './mapping.ts';
import { type Mapping, mappingSchema } from './mapping-schema.ts';
import { plainMapping, shippedMappings } from './shipped-mappings.ts';

function mapped(header: string[], mapping: Mapping = plainMapping) {
  const result = mapHeader(header, mapping);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.map;
}

const refusal = (header: string[], mapping: Mapping = plainMapping): string => {
  const result = mapHeader(header, mapping);
  return result.kind === 'refused' ? result.reason : 'mapped';
};

test('a label of a fallback counts only without a better one, and is reported else', () => {
  const { columns, unmapped } = mapped(['slug', 'id', 'close', 'price', 'volume', 'volume_24h']);
  expect(columns).toEqual({ id: 1, price: 3, volume24h: 5 });
  expect(unmapped).toEqual(['slug', 'close', 'volume']);
});

test('two columns that claim one field are refused by their names', () => {
  expect(refusal(['id', 'price', 'current_price'])).toContain('"price", "current_price" all claim price');
  expect(refusal(['id', 'price', 'Market Cap', 'market_cap'])).toContain('"Market Cap", "market_cap"');
  expect(refusal(['id', 'price', 'ticker', 'code'])).toContain('"ticker", "code" all claim symbol');
});

test('the price says in which currency a file is quoted, and money in another is left out', () => {
  expect(mapped(['id', 'price_eur', 'market_cap_usd', 'volume_eur'])).toMatchObject({
    currency: 'EUR',
    columns: { price: 1, volume24h: 3 },
    unmapped: ['market_cap_usd'],
  });
  expect(mapped(['id', 'price_btc', 'price_usd'])).toMatchObject({ currency: 'USD', columns: { price: 2 } });
  expect(mapped(['id', 'Price (€)', 'price_low'])).toMatchObject({
    currency: 'EUR',
    unmapped: ['price_low'],
  });
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

test('labels are compared in one form: width, case and signs do not matter', () => {
  expect(mapped([' ID ', 'ＰＲＩＣＥ', 'Market Cap ($)', 'Volume-24H']).columns).toEqual({
    id: 0,
    price: 1,
    marketCap: 2,
    volume24h: 3,
  });
});

test('the names of an object’s own parts are labels as any other', () => {
  const header = ['__proto__', 'constructor', 'toString', 'id', 'price'];
  expect(mapped(header)).toMatchObject({ columns: { id: 3, price: 4 }, unmapped: header.slice(0, 3) });
  expect(nameColumns(['__proto__', ''])).toEqual(['__proto__', 'column2']);
});

test('labels that occur twice become different keys, none of which was there before', () => {
  expect(uniqueLabels(['x', 'x', 'x_2', 'x', 'y'])).toEqual(['x', 'x_3', 'x_2', 'x_4', 'y']);
});

describe('a mapping of one’s own', () => {
  const own: Mapping = {
    name: 'exchange',
    columns: { symbol: ['Instrument'], price: ['Kurs'], date: ['Tag'] },
    decimalSeparator: ',',
    quoteCurrency: 'EUR',
    constants: { name: 'Bitcoin' },
    idFrom: 'name',
  };

  test('knows a coin by what it says, and what has no column by a constant', () => {
    expect(mapped(['Instrument', 'Kurs', 'Tag', 'price'], own)).toMatchObject({
      identity: 'name',
      currency: 'EUR',
      columns: { symbol: 0, price: 1, date: 2 },
      unmapped: ['price'],
    });
  });

  test('is found by its name, before one that coinlog brings', () => {
    const added = new Map<string, unknown>([
      ['exchange', own],
      ['plain', { ...own, name: 'plain' }],
    ]);
    expect(findMapping('exchange', added)).toEqual({ kind: 'chosen', mapping: own });
    expect(chooseMapping(['Instrument', 'Kurs'], undefined, added)).toMatchObject({
      mapping: { quoteCurrency: 'EUR' },
    });
    expect(findMapping('other', added)).toEqual({
      kind: 'refused',
      reason:
        'no mapping is named "other"; there are exchange, plain, coinmarketcap-v1, coingecko-export, ohlc',
    });
  });

  test.each([
    ['no name', { columns: {} }],
    ['an unknown field', { name: 'x', columns: { prize: ['price'] } }],
    ['an unknown member', { name: 'x', columns: {}, decimals: ',' }],
    ['a date format without a year', { name: 'x', columns: {}, dateFormat: 'DD-MM' }],
    ['a time zone that is none', { name: 'x', columns: {}, timeZone: 'Europe/Atlantis' }],
    ['one sign for thousands and decimals', { name: 'x', columns: {}, thousandsSeparator: '.' }],
    ['a currency in lower case', { name: 'x', columns: {}, quoteCurrency: 'eur' }],
  ])('is refused with %s', (_what, mapping) => {
    expect(mappingSchema.safeParse(mapping).success).toBe(false);
    expect(findMapping('x', new Map([['x', mapping]])).kind).toBe('refused');
  });
});

test('the mappings that coinlog brings are data of the same form', () => {
  for (const mapping of shippedMappings)
    expect(mappingSchema.parse(JSON.parse(JSON.stringify(mapping)))).toEqual(mapping);
});
