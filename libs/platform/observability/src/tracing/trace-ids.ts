import { createHash } from 'node:crypto';

const hexOf = (parts: readonly string[], length: number): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, length);

/** An execution is one trace: its id follows from the execution's, so that no service has to be told it. */
export const traceIdOf = (executionId: string): string => hexOf(['trace', executionId], 32);

/** The same span has the same id, whoever tells of it and however often. */
export const spanIdOf = (
  kind: 'request' | 'command' | 'execution' | 'phase' | 'agent' | 'call',
  ...ids: readonly string[]
): string => hexOf([kind, ...ids], 16);

/** The header of W3C Trace Context, under which an agent's own spans are those of its session. */
export const traceparentOf = (executionId: string, sessionId: string): string =>
  `00-${traceIdOf(executionId)}-${spanIdOf('agent', sessionId)}-01`;
