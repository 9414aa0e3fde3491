import type { LoggerService } from '@nestjs/common';
import { redactSecrets } from '@syntropic/kernel';
import { destination as destinationOf, pino, type DestinationStream, type Logger, type LevelWithSilent } from 'pino';
import { correlationId } from './correlation';

export type LoggerOptions = Readonly<{
  level?: LevelWithSilent;
  /** Standard output by default. */
  destination?: DestinationStream;
}>;

/** Lines that wait for a destination that takes none; later ones are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Standard output, at once. A full disk costs lines, never the service. */
function standardOutput(): DestinationStream {
  const output = destinationOf({ fd: 1, sync: true, maxLength: MAX_WAITING_BYTES });
  output.on('error', () => undefined);
  return output;
}

/** A service's log: one JSON object a line, each with the service and, where there is one, the correlation id. */
export function createLogger(service: string, { level = 'info', destination }: LoggerOptions = {}): JsonLogger {
  const options = {
    level,
    base: { service },
    messageKey: 'message',
    errorKey: 'error',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ correlationId: correlationId() }),
  };
  return new JsonLogger(pino(options, redacting(destination ?? standardOutput())));
}

/** Leaves credentials out of each line. */
const redacting = (destination: DestinationStream): DestinationStream => ({
  write: (line) => {
    destination.write(redactSecrets(line));
  },
});

/** The logger of Nest, its libraries and our code. */
export class JsonLogger implements LoggerService {
  constructor(readonly pino: Logger) {}

  log(message: unknown, ...about: unknown[]): void {
    this.#write('info', message, about);
  }

  error(message: unknown, ...about: unknown[]): void {
    this.#write('error', message, about);
  }

  warn(message: unknown, ...about: unknown[]): void {
    this.#write('warn', message, about);
  }

  debug(message: unknown, ...about: unknown[]): void {
    this.#write('debug', message, about);
  }

  verbose(message: unknown, ...about: unknown[]): void {
    this.#write('trace', message, about);
  }

  fatal(message: unknown, ...about: unknown[]): void {
    this.#write('fatal', message, about);
  }

  /** Nest passes the context last, and before it an error, its stack, or fields. */
  #write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, about: unknown[]): void {
    const context = about.findLast((part) => typeof part === 'string');
    const stack = about.find((part) => typeof part === 'string' && part !== context);
    const error = [message, ...about].find((part) => part instanceof Error);
    const fields = [message, ...about].filter(isFields);

    this.pino[level](
      Object.assign({}, ...fields, context && { context }, stack && { stack }, error && { error }) as object,
      textOf(message),
    );
  }
}

const isFields = (part: unknown): part is object =>
  typeof part === 'object' && part !== null && !(part instanceof Error);

function textOf(message: unknown): string | undefined {
  if (message instanceof Error) return message.message;
  return isFields(message) ? undefined : String(message);
}
