import { z } from 'zod';
import { CoinlogError } from '../../errors.ts';

export interface S3Target {
  bucket: string;
  /** Without slashes around it; may be empty. */
  prefix: string;
  /** Undefined: Amazon's, by region. */
  endpoint: string | undefined;
  region: string;
  pathStyle: boolean;
}

const invalid = (why: string): CoinlogError => new CoinlogError('CONFIG_INVALID', `ARCHIVE_URI: ${why}`);

const parametersSchema = z.strictObject({
  endpoint: z.string().optional(),
  region: z.string().min(1).default('us-east-1'),
  path_style: z.enum(['true', 'false']).optional(),
});

/** Parses `s3://bucket/prefix?endpoint=&region=&path_style=`. Throws CONFIG_INVALID, and never repeats the URI in it. */
export function parseS3Uri(uri: string): S3Target {
  const url = URL.parse(uri);
  // A secret with a slash in it makes `s3://key:se/cret@bucket` look like a host with a port.
  if (!url || url.username || url.password || url.port || uri.split(/[?#]/)[0]?.includes('@')) {
    throw invalid(
      's3://bucket/prefix takes no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role.',
    );
  }
  if (!url.hostname || !uri.toLowerCase().startsWith('s3://'))
    throw invalid('it names no bucket; write s3://bucket/prefix.');
  const parameters = parametersSchema.safeParse(Object.fromEntries(url.searchParams));
  if (!parameters.success) {
    throw invalid('an s3 URI may have endpoint, region and path_style (true or false), nothing else.');
  }
  const { endpoint, region, path_style: pathStyle } = parameters.data;
  if (endpoint !== undefined) checkEndpoint(endpoint);
  return {
    bucket: url.hostname,
    prefix: decodePath(url.pathname).replaceAll(/^\/+|\/+$/g, ''),
    endpoint,
    region,
    pathStyle: pathStyle === undefined ? endpoint !== undefined : pathStyle === 'true',
  };
}

function checkEndpoint(endpoint: string): void {
  const url = URL.parse(endpoint);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw invalid('endpoint is an http:// or https:// address without credentials.');
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid('the prefix has a % that is not an escape.');
  }
}
