import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on stderr: stdout belongs to what a command prints. Written synchronously, so that the last lines before
 * an end are there.
 */
export const createLogger = (level: string): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.authorization', '*["x-cg-demo-api-key"]', '*["x-cg-pro-api-key"]'],
        censor: '***',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );

export const silentLogger: Logger = pino({ level: 'silent' });
