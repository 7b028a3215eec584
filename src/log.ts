import pino from 'pino';

export type Log = pino.Logger;

/** The one logger: JSON lines on standard error or output, secrets redacted by key. */
export function createLog(options: { level: string; destination?: 'stdout' | 'stderr' }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', '*.password', 'mongodbUri', '*.mongodbUri'],
        censor: '[hidden]',
      },
    },
    pino.destination({ dest: options.destination === 'stderr' ? 2 : 1, sync: true }),
  );
}
