/**
 * The coin that a source's coin is until identity is resolved: `coingecko.bitcoin`. Readable, without a colon;
 * whatever a URL could misread is written as ~, its bytes in hexadecimal and ~, so that two ids never become one.
 */
export const ownCoinId = (source: string, sourceCoinId: string): string =>
  `${source}.${sourceCoinId.replace(/[^A-Za-z0-9_-]/gu, (letter) => `~${Buffer.from(letter).toString('hex')}~`)}`;
