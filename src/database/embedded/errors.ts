import { CoinlogError } from '../../errors.ts';

/** What stands in the way of the embedded server; the message tells the operator what to do about it. */
export class EmbeddedServerError extends CoinlogError {
  constructor(message: string) {
    super('EMBEDDED_FAILED', message);
    this.name = 'EmbeddedServerError';
  }
}

/** The code of a system error (`ENOENT`) or of PostgreSQL's (`57P03`), or the empty string. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Resolves to `otherwise` when the promise fails with one of the codes; any other error passes. */
export async function unless<T, U>(promise: Promise<T>, codes: string[], otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(codeOf(error))) return otherwise;
    throw error;
  }
}
