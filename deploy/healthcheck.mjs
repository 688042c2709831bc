// Exit 0 when this container's coinlog is ready for requests: the image has no curl.
const port = process.env.API_PORT || process.env.PORT || '8000';
try {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
