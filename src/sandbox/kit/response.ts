import type { SandboxResponse } from '../../sources/sandbox-market.ts';

/** A JSON answer; numbers are written as `JSON.stringify` writes them. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): SandboxResponse {
  return { status, headers, body: JSON.stringify(value) };
}

/** `{"error": "…"}`, the shape that both APIs use. */
export function errorResponse(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): SandboxResponse {
  return jsonResponse(status, { error: message }, headers);
}

/** What is below the base path, percent-decoded, as `/coins/markets`; null where the path is not below it or broken. */
export function pathBelow(basePath: string, path: string): string | null {
  if (!path.startsWith(`${basePath}/`)) return null;
  try {
    return decodeURIComponent(path.slice(basePath.length));
  } catch {
    return null;
  }
}
