import { describe, expect, it } from 'vitest';
import { rawArray } from './raw-array.ts';

const raw = (text: string): string => JSON.stringify(rawArray(Buffer.from(text)));

describe('the elements of an array as they were received', () => {
  it('are what JSON.parse makes of them', () => {
    const text = '[{"id":"a","price":1.5,"tags":["x",null],"__proto__":{"y":true}},7]';
    expect(raw(text)).toBe(text);
  });

  it('keep the digits of a number that no double holds', () => {
    expect(raw('[{"supply":123456789012345678901234567890.125}]')).toBe(
      '[{"supply":123456789012345678901234567890.125}]',
    );
  });

  it('keep the sign of zero', () => {
    expect(raw('[{"change":-0}]')).toBe('[{"change":-0}]');
  });

  it('are none where there is no array', () => {
    expect(raw('{"error":"slow down"}')).toBe('[]');
  });
});
