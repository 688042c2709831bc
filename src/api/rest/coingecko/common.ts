import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../../http/problem.ts';
import { impossibleText } from '../../../read/rest/coin-filter.ts';

/** What a client takes for its base URL ends here. */
export const geckoPrefixes = ['/compat/coingecko/api/v3'] as const;
export const geckoTag = 'CoinGecko shape';

/** Refused in both ways: ours, and under `error`, where clients of CoinGecko look. */
export const refuseGecko = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: 400 | 404,
  error: string,
): FastifyReply =>
  reply
    .status(status)
    .send({ error, ...problemOf(request, status === 404 ? 'COIN_NOT_FOUND' : 'BAD_USER_INPUT', error) });

/** The parts of `bitcoin,ethereum`; null where nothing is given. What no text in the database can be is left out. */
export function listed(text: string | null): string[] | null {
  if (text === null) return null;
  const parts = text.split(',').map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== '' && !impossibleText(part)))];
}

/** The consensus is in US dollars, and no rate of exchange is known here. */
export const isUsd = (currency: string): boolean => currency.trim().toLowerCase() === 'usd';

/** As many decimals as asked; null or `full`: as it is. */
export function withPrecision(value: string | null, precision: string | null): number | null {
  if (value === null) return null;
  const decimals = precision === null || precision === 'full' ? null : Number(precision);
  return decimals === null ? Number(value) : Number(Number(value).toFixed(decimals));
}

export const isPrecision = (text: string | null): boolean =>
  text === null || text === 'full' || /^(?:\d|1[0-8])$/.test(text);
export const wrongPrecision = 'precision must be full, or a number from 0 to 18';

export const numberOf = (value: string | null): number | null => (value === null ? null : Number(value));
