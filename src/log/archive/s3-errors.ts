import { z } from 'zod';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { S3Target } from './s3-uri.ts';

const sdkErrorSchema = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

export const nameOf = (error: unknown): string => sdkErrorSchema.safeParse(error).data?.name ?? '';
export const statusOf = (error: unknown): number | undefined =>
  sdkErrorSchema.safeParse(error).data?.$metadata?.httpStatusCode;

/** Worth another try. */
export function isTransient(error: unknown): boolean {
  const name = nameOf(error);
  if (name === 'CredentialsProviderError' || name === 'AbortError') return false;
  // Those two are 400: the body came too slowly, or damaged.
  if (name === 'RequestTimeout' || name === 'BadDigest') return true;
  const status = statusOf(error) ?? 0;
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/** What the storage said, and what to do about it. */
export function unreachable(what: string, target: S3Target, cause: unknown): CoinlogError {
  const status = statusOf(cause);
  // An answer to HEAD says no more than its status, which the SDK calls UnknownError.
  const said = messageOf(cause) === 'UnknownError' ? '' : ` ${messageOf(cause)}`;
  const answer = status === undefined ? messageOf(cause) : `${nameOf(cause)} (${status})${said}`;
  const endpoint = target.endpoint ? ` at ${target.endpoint}` : '';
  return new CoinlogError(
    'ARCHIVE_UNREACHABLE',
    `${what}${endpoint}: ${answer.replace(/\.$/, '')}. ${advice(target, cause, status)}`,
    { cause },
  );
}

function advice({ bucket, endpoint, region }: S3Target, cause: unknown, status: number | undefined): string {
  if (nameOf(cause) === 'CredentialsProviderError') {
    return 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or an instance role.';
  }
  if (status === 401 || status === 403) {
    // Without the right to list, a file that is not there answers the same.
    return `Check the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, profile or role) and that they may list bucket ${bucket} and read, write and delete in it.`;
  }
  if (status === 404) return `Create bucket ${bucket}, or correct ARCHIVE_URI.`;
  if (status !== undefined && status < 500) {
    return `Check bucket ${bucket}, region ${region} and endpoint in ARCHIVE_URI.`;
  }
  return `Check that ${endpoint ?? `S3 in ${region}`} can be reached from here and serves bucket ${bucket}.`;
}
