import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface StackOptions {
  /** The default is 8137, or a free port when that is taken. */
  readonly port?: number;
  readonly dataDirectory: string;
  readonly logDirectory: string;
  readonly demo: boolean;
}

const MAX_PORT = 65_535;

/** The command line of `npm start`. */
export function parseOptions(args: readonly string[]): StackOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      port: { type: 'string' },
      'data-dir': { type: 'string', default: '.data' },
      'log-dir': { type: 'string' },
      demo: { type: 'boolean', default: true },
      install: { type: 'boolean', default: true },
      // Read by start.mjs.
      'with-claude': { type: 'boolean', default: false },
    },
  });
  const dataDirectory = resolve(values['data-dir']);
  return {
    ...(values.port !== undefined && { port: portOf(values.port) }),
    dataDirectory,
    logDirectory: resolve(values['log-dir'] ?? `${dataDirectory}/logs`),
    demo: values.demo,
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= MAX_PORT) return port;
  throw new Error(`--port takes a number from 1 to ${MAX_PORT}, not ${text}`);
}
