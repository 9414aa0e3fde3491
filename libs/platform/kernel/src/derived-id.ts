import { createHash } from 'node:crypto';
import { ExecutionId } from './ids';

/** A UUIDv5 (RFC 9562): the same parts always give the same id, so doing it twice is noticed. `namespace` is itself a UUID. */
export function derivedUuid(namespace: string, ...parts: readonly (string | number)[]): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(parts.join('\n'))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;

  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The id of the event at this place (from 0) of what a command leads to: the unique index over them is also the command's key. */
export const eventIdOf = (commandId: string, ordinal: number): string => derivedUuid(commandId, ordinal);

/** The execution that a start command leads to, however often it is sent. */
export const executionIdOf = (commandId: string): ExecutionId =>
  ExecutionId.parse(`exec-${derivedUuid(commandId, 'execution').slice(-12)}`);
