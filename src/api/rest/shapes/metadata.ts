import { z } from 'zod';
import { number, text } from './named.ts';

/** What an answer says of itself; not part of its tag. */
export const requestMetadataShape = {
  request_id: text('The same as the header `X-Request-ID`.'),
  api_latency_ms: number('How long it took, in milliseconds.'),
};

export const requestMetadataObject = z.object(requestMetadataShape);
export type RequestMetadata = z.infer<typeof requestMetadataObject>;
