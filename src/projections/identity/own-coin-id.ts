import type { SourceCoinRef } from '../../identity/source-coin.ts';

/**
 * The coin that a source's coin is as long as nobody has decided: `coingecko.bitcoin`. Readable, without a colon;
 * whatever a URL could misread is written as ~, its bytes in hexadecimal and ~, so that two ids never become one. No
 * id that is decided has a dot.
 */
export const ownCoinId = (source: string, sourceCoinId: string): string =>
  `${source}.${sourceCoinId.replace(/[^A-Za-z0-9_-]/gu, (letter) => `~${Buffer.from(letter).toString('hex')}~`)}`;

/** Whose own id that is, so that it leads to its coin also after it was decided. Null: it has no such form. */
export function sourceCoinOf(coinId: string): SourceCoinRef | null {
  const [, source, written] = /^([a-z0-9_]+)\.([\w~-]+)$/i.exec(coinId) ?? [];
  if (source === undefined || written === undefined) return null;
  const sourceCoinId = written.replace(/~([0-9a-f]+)~/g, (_, hex: string) =>
    Buffer.from(hex, 'hex').toString(),
  );
  return ownCoinId(source, sourceCoinId) === coinId ? { source, sourceCoinId } : null;
}
