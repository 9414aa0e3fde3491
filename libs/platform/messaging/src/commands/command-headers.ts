import { DomainError, type Actor, type CommandContext, type Lease } from '@syntropic/kernel';
import { headers, type MsgHdrs } from 'nats';
import { z } from 'zod';
import { headerJson } from '../header-text';

/** The most characters of a header: events and the commands that follow from them carry it on. */
const LONGEST_HEADER = 512;

/** The most characters of a route. */
export const MOST_ROUTE = 200;

const ACTOR = z.object({ kind: z.enum(['user', 'key', 'service', 'github']), id: z.string() });
const LEASE = z.object({ sessionId: z.string(), token: z.int() });
const REQUEST = z.object({ route: z.string().max(MOST_ROUTE), receivedAt: z.iso.datetime() });

/** A command's context as headers. The deadline travels as remaining milliseconds, because clocks differ. */
export function commandHeaders(context: CommandContext, remainingMs: number): MsgHdrs {
  const written = headers();
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) written.set(name, value);
  };

  set('Syn-Command-Id', context.commandId);
  set('Syn-Correlation-Id', context.correlationId);
  set('Syn-Causation-Id', context.causationId);
  set('Syn-Actor', headerJson(context.actor));
  set('Syn-Body-Hash', context.bodyHash);
  set('Syn-Execution-Id', context.executionId);
  set('Syn-Lease', context.lease && headerJson(context.lease));
  set('traceparent', context.traceparent);
  set('Syn-Request', context.request && headerJson(context.request));
  set('Syn-Keyed', context.isKeyed ? '1' : undefined);
  set('Syn-Deadline-Ms', String(Math.ceil(remainingMs)));
  return written;
}

/**
 * Reads the headers. A missing header is a defect of the sending service, so it is no refusal.
 * @throws DomainError for a header that is too long
 */
export function commandContextOf(read: MsgHdrs): CommandContext {
  const required = (name: string): string => {
    if (!read.has(name)) throw new Error(`the command came without ${name}`);
    return headerOf(read, name);
  };
  const optional = <Key extends string, Value>(name: string, key: Key, parse: (text: string) => Value) =>
    (read.has(name) ? { [key]: parse(headerOf(read, name)) } : {}) as Partial<Record<Key, Value>>;

  return {
    commandId: required('Syn-Command-Id'),
    correlationId: required('Syn-Correlation-Id'),
    causationId: required('Syn-Causation-Id'),
    actor: ACTOR.parse(JSON.parse(required('Syn-Actor'))) satisfies Actor,
    bodyHash: required('Syn-Body-Hash'),
    ...optional('Syn-Execution-Id', 'executionId', String),
    ...optional('Syn-Lease', 'lease', (text): Lease => LEASE.parse(JSON.parse(text))),
    ...optional('traceparent', 'traceparent', String),
    ...optional('Syn-Request', 'request', (text) => REQUEST.parse(JSON.parse(text))),
    ...optional('Syn-Keyed', 'isKeyed', (text) => text === '1'),
  };
}

function headerOf(read: MsgHdrs, name: string): string {
  const text = read.get(name);
  if (text.length <= LONGEST_HEADER) return text;
  const why = `${name}: ${text.length} characters, at most ${LONGEST_HEADER}`;
  throw new DomainError('command.invalid', why, 'invalid', name);
}

/** Identifies a command among those in hand: a copy has the same id and the same body. Undefined for a sender that names none. */
export const copyKeyOf = (read: MsgHdrs): string | undefined =>
  read.has('Syn-Command-Id') ? `${read.get('Syn-Command-Id')} ${read.get('Syn-Body-Hash')}` : undefined;

/** Milliseconds in which the sender waits for an answer; undefined for one that does not say. */
export function remainingMsOf(read: MsgHdrs): number | undefined {
  const remaining = Number.parseInt(read.get('Syn-Deadline-Ms'), 10);
  return Number.isNaN(remaining) ? undefined : remaining;
}

/** True for commands of our services: they concern work that has begun. */
export const isFromService = (read: MsgHdrs): boolean => read.get('Syn-Actor').includes('"kind":"service"');
