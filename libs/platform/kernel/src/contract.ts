import { z } from 'zod';
import { DomainError, type Refusal, type RefusalContext } from './domain-error';
import type { Immutable } from './immutable';
import {
  commands,
  type CommandMessage,
  type CommandMessages,
  type CommandShapes,
  type EventMessage,
  type Shape,
} from './message';

type EventShapes = Readonly<Record<string, Shape>>;

type EventMessages<E extends EventShapes> = {
  readonly [Type in keyof E & string]: EventMessage<Type, E[Type]>;
};

/** The rules by which an aggregate refuses: the kind of each refusal, and its title for clients. */
export type Refusals = Readonly<Record<string, readonly [kind: Refusal, title: string]>>;

/** The published part of an aggregate. Types, wire names, subjects, parsers and documents derive from it. */
export type Contract<
  Name extends string,
  C extends CommandShapes,
  E extends EventShapes,
  R extends Refusals,
> = Readonly<{
  /** The bounded context: the first token of its subjects. */
  context: string;
  /** Names the stream (`execution-<id>`) and the subject token; holds no hyphen. */
  aggregate: Name;
  /** The field of every command and event that identifies the aggregate. */
  key: string;
  commands: CommandMessages<C>;
  events: EventMessages<E>;
  refusals: R;
}>;

type Keyed<Key extends string> = Readonly<Record<Key, z.ZodType<string>>>;
type Carrying<Key extends string> = Keyed<Key> | Readonly<{ shape: Keyed<Key> }>;

type Declaration<Key extends string, C, E, R> = Readonly<{ key: Key; commands: C; events: E; refusals?: R }>;

/** Declares an aggregate's commands, events and refusals. Their fields are written here and nowhere else. */
export function contract<
  const Name extends string,
  const Key extends string,
  const C extends CommandShapes & Readonly<Record<string, Carrying<Key>>>,
  const E extends EventShapes & Readonly<Record<string, Keyed<Key>>>,
  const R extends Refusals = Refusals,
>(context: string, aggregate: Name, declared: Declaration<Key, C, E, R>): Contract<Name, C, E, R> {
  const { key, commands: shapes, events, refusals = {} } = declared;
  const messages = Object.entries(events).map(([type, shape]): [string, EventMessage] => [
    type,
    { context, aggregate, type, schema: z.object(shape) },
  ]);
  return {
    context,
    aggregate,
    key,
    commands: commands(context, shapes),
    // The entries of `events` and `refusals` name the keys, so the compiler may know them.
    events: Object.fromEntries(messages) as unknown as EventMessages<E>,
    refusals: refusals as R,
  };
}

/** Any contract, without the types of its messages. */
export type AnyContract = Readonly<{
  context: string;
  aggregate: string;
  key: string;
  commands: Readonly<Record<string, CommandMessage>>;
  events: Readonly<Record<string, EventMessage>>;
  refusals: Refusals;
}>;

type MessageData<M extends Readonly<{ schema: z.ZodType }>> = Immutable<z.output<M['schema']>>;

/** The data of each command by name: `CommandsOf<typeof workspace>['CreateWorkspace']`. */
export type CommandsOf<K extends AnyContract> = {
  readonly [Type in keyof K['commands'] & string]: MessageData<K['commands'][Type]>;
};

/** Each event by name: `EventsOf<typeof workspace>['WorkspaceCreated']`. */
export type EventsOf<K extends AnyContract> = {
  readonly [Type in keyof K['events'] & string]: Readonly<{ type: Type; data: MessageData<K['events'][Type]> }>;
};

/** Any event of these aggregates. */
export type EventOf<K extends AnyContract> = K extends AnyContract ? EventsOf<K>[keyof K['events'] & string] : never;

/** The rules by which this aggregate refuses. */
export type RuleOf<K extends AnyContract> = string extends keyof K['refusals'] ? never : keyof K['refusals'] & string;

/** Makes the refusals of an aggregate: code and kind come from its contract, so a rule that is not declared does not compile. */
export const refusing =
  <K extends AnyContract>({ aggregate, refusals }: K) =>
  (rule: RuleOf<K>, message: string, context?: string | RefusalContext): DomainError =>
    new DomainError(`${aggregate}.${rule}`, message, refusals[rule]?.[0], context);
