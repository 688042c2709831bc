import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanImageUrl, cleanName, cleanSymbol, isSourceCoinId, quoted } from './text.ts';

describe('cleanName', () => {
  it.each([
    ['Bitcoin', 'Bitcoin'],
    ['  Bit \t coin\n', 'Bit coin'],
    ['Pay\u200bPal\u200b USD\ufeff', 'PayPal USD'],
    ['Na\u0000me', 'Name'],
    ['Cafe\u0301', 'Café'],
    ['Smith, "Inc"', 'Smith, "Inc"'],
    ['\u200b \u0000', null],
    ['', null],
  ])('makes %j into %j', (text, cleaned) => {
    expect(cleanName(text)).toBe(cleaned);
  });

  it('leaves nothing that a database or a screen cannot hold, and cleans only once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cleaned = cleanName(text) ?? '';
        expect(cleaned).not.toMatch(/[\p{Cc}\p{Cf}\uFEFF]|^\s|\s$|\s\s/u);
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleanName(cleaned) ?? '').toBe(cleaned);
      }),
    );
  });

  it('gives half a surrogate pair as the replacement character', () => {
    expect(cleanName('a\ud800')).toBe('a\ufffd');
  });
});

describe('cleanSymbol', () => {
  it.each(['nan', 'INF', 'TRUE', 'N/A', 'null', 'on', '42', '000', '$$$', '老板', '🟥🟩'])(
    'keeps %s, which is a real symbol',
    (symbol) => {
      expect(cleanSymbol(` ${symbol}\u200b`)).toBe(symbol.toUpperCase());
    },
  );

  it('is null when nothing is left', () => {
    expect(cleanSymbol(' \u200b')).toBeNull();
  });
});

describe('isSourceCoinId', () => {
  it.each(['_', '-10', '1move token', 'boringdao-[old]', ' x', 'x'.repeat(200)])(
    'takes %j as it is',
    (id) => {
      expect(isSourceCoinId(id)).toBe(true);
    },
  );

  it.each(['', 'a\0b', 'x'.repeat(201), '\ud800'])('refuses %j', (id) => {
    expect(isSourceCoinId(id)).toBe(false);
  });
});

describe('cleanImageUrl', () => {
  it('keeps only what a browser may be given', () => {
    expect(cleanImageUrl('https://example.org/a.png?1')).toBe('https://example.org/a.png?1');
    for (const text of ['missing_large.png', 'javascript:alert(1)', 'https://a b', '', null, undefined]) {
      expect(cleanImageUrl(text)).toBeNull();
    }
  });
});

describe('quoted', () => {
  it('is one short line whatever it is given', () => {
    expect(quoted('a\0\nb')).toBe('a b');
    expect(quoted('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}…`);
  });
});
