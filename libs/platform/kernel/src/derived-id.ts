import { hash } from 'node:crypto';
import type { z } from 'zod';
import { ExecutionId } from './ids';
import { formOf } from './prefixed-id';

/** A UUIDv5 (RFC 9562): the same parts always give the same id, so a repetition is detected. `namespace` is itself a UUID. */
export function derivedUuid(namespace: string, ...parts: readonly (string | number)[]): string {
  const name = Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(parts.join('\n'))]);
  const digest = hash('sha1', name, 'hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
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
