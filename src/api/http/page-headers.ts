/** Where a page may take its workers from: its own files, or what its scripts make of text. */
type Workers = "'self'" | 'blob:';

/**
 * Of a page that is served here. Editors and documentation write styles into the page, and have fonts and icons inlined
 * as `data:`. Everything else comes from this server or not at all, so that a hostile answer has nowhere to send a key.
 */
export const pageHeaders = (workers: Workers) => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    `worker-src ${workers}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
});
