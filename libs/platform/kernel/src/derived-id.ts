import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ExecutionId } from './ids';
import { formOf } from './prefixed-id';

/** A UUIDv5 (RFC 9562): the same parts always give the same id, so a repetition is detected. `namespace` is itself a UUID. */
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

/** The id of a command's n-th event, from 0. Its unique index also makes the command id unique. */
export const eventIdOf = (commandId: string, ordinal: number): string => derivedUuid(commandId, ordinal);

/** The id of the execution that a start command creates: the same for each repetition. */
export const executionIdOf = (commandId: string): ExecutionId =>
  ExecutionId.parse(`exec-${derivedUuid(commandId, 'execution').slice(-12)}`);

/** Derives the id of the aggregate that a command creates, in the form of a prefixed id: the same for each repetition. */
export function derivedIdOf(id: z.core.$ZodType, commandId: string): string {
  const { prefix, digits } = formOf(id);
  return `${prefix}-${derivedUuid(commandId, prefix).slice(-digits)}`;
}
