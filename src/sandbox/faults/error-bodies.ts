import type { SandboxResponse } from '../../sources/sandbox-market.ts';
import { errorResponse, jsonResponse } from '../kit/response.ts';

export interface ApiError {
  status: number;
  /** The API's own code, where it has one that is not the status. */
  code?: number;
  message: string;
  headers?: Record<string, string>;
}

/** An error in the source's own shape; `{"error": "…"}` for a source that is not known to use another. */
export function apiError(
  source: string,
  { status, code = status, message, headers }: ApiError,
): SandboxResponse {
  return source === 'coingecko'
    ? jsonResponse(status, { status: { error_code: code, error_message: message } }, headers)
    : errorResponse(status, message, headers);
}

/** A page that a gateway or firewall in front of the API answers for it. */
export function htmlResponse(status: number, title: string, text: string): SandboxResponse {
  const body = `<!DOCTYPE html>
<html>
<head><title>${title}</title></head>
<body><h1>${title}</h1><p>${text}</p></body>
</html>
`;
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}
