import { describe, expect, it } from 'vitest';
import { keptFrom, retention } from './retention.ts';

const now = new Date('2026-11-27T10:00:00Z');
const from = (text: string): string => keptFrom(retention.parse(text), now).toISOString().slice(0, 10);

describe('HISTORY_RETENTION', () => {
  it.each([
    ['31d', '2026-10-01'],
    ['400d', '2025-10-01'],
    ['1m', '2026-10-01'],
    ['24m', '2024-11-01'],
    ['3y', '2023-11-01'],
  ])('%s keeps whole months, from %s on', (text, expected) => {
    expect(from(text)).toBe(expected);
  });

  it.each(['', '30d', '0m', '2 years', '-1y', '1h', '99999d'])('refuses "%s"', (text) => {
    expect(retention.safeParse(text).success).toBe(false);
  });
});
