/** What is logged of a request: method, path, id. Never a body, a secret, or a query (it may hold a name). */
import type { FastifyServerOptions } from 'fastify';

export interface LogOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Default: standard output. */
  stream?: { write(line: string): void };
}

const REDACTED = [
  'req.headers.authorization',
  'headers.authorization',
  'authorization',
  'req.headers.cookie',
  'headers.cookie',
  '*.authorization',
  'body',
  '*.body',
];

/** Fastify's options for logging. */
export function loggerOf(options: LogOptions | undefined): Pick<FastifyServerOptions, 'logger'> {
  if (!options) return { logger: false };
  return {
    logger: {
      level: options.level,
      ...(options.stream ? { stream: options.stream } : {}),
      redact: { paths: REDACTED, censor: '[redacted]' },
      serializers: {
        req: ({ method, url, ip }) => ({ method, url: url.split('?')[0] ?? '', remoteAddress: ip }),
      },
    },
  };
}
