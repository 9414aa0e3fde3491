import { z } from 'zod';
import type { Immutable } from './immutable';

/** The fields of a message, each with its schema. */
export type Shape = z.ZodRawShape;

/**
 * The only sender of a command over the bus: clients of the API, a runner, the runner that holds the lease of the session, or the platform
 * itself, which sends in process. In process each command may be sent.
 */
export type Sender = 'client' | 'runner' | 'lease holder' | 'platform';

/** A command as its contract declares it: wire name, context, schema and answer, written once. */
export type CommandMessage<
  Type extends string = string,
  S extends Shape = Shape,
  A extends z.ZodType = z.ZodType,
> = Readonly<{
  context: string;
  type: Type;
  schema: z.ZodObject<S>;
  answer: A;
  sender: Sender;
}>;

/** An event as its contract declares it. */
export type EventMessage<Type extends string = string, S extends Shape = Shape> = Readonly<{
  context: string;
  aggregate: string;
  type: Type;
  schema: z.ZodObject<S>;
}>;

/** The data of a message after parsing: defaults are filled in, unknown fields dropped. */
export type DataOf<M extends Readonly<{ schema: z.ZodType }>> = Immutable<z.output<M['schema']>>;

/** The data of a message before parsing: fields with a default may be absent. */
export type InputOf<M extends Readonly<{ schema: z.ZodType }>> = Immutable<z.input<M['schema']>>;

/** The parsed answer to a command. */
export type AnswerOf<M extends Readonly<{ answer: z.ZodType }>> = Immutable<z.output<M['answer']>>;

/** The answer as a handler gives it, before the sender parses it. */
export type ReplyOf<M extends Readonly<{ answer: z.ZodType }>> = Immutable<z.input<M['answer']>>;

/** Position and version of a command's last event; of the stream's last event when nothing changed. */
export const Outcome = z.object({ position: z.int(), version: z.int() });
export type Outcome = Readonly<z.infer<typeof Outcome>>;

/** The declaration of a command with its answer and its sender. */
export class Answered<S extends Shape, A extends z.ZodType> {
  constructor(
    readonly shape: S,
    readonly answer: A,
    readonly sender?: Sender,
  ) {}
}

/** Declares a command whose answer is not an `Outcome`: `{ ClaimWork: answered(shape, ClaimedWork) }`. */
export const answered = <const S extends Shape, A extends z.ZodType>(shape: S, answer: A): Answered<S, A> =>
  new Answered(shape, answer);

/** Declares a command that only the holder of the session's lease may send, with an answer that is usually an `Outcome`. */
export function byLeaseHolder<const S extends Shape>(shape: S): Answered<S, typeof Outcome>;
export function byLeaseHolder<const S extends Shape, A extends z.ZodType>(shape: S, answer: A): Answered<S, A>;
export function byLeaseHolder(shape: Shape, answer: z.ZodType = Outcome): Answered<Shape, z.ZodType> {
  return new Answered(shape, answer, 'lease holder');
}

/** Declares a command that processes, timers and the sweeper send, in process. */
export const byPlatform = <const S extends Shape>(shape: S): Answered<S, typeof Outcome> =>
  new Answered(shape, Outcome, 'platform');

/** The declarations of commands by wire name. */
export type CommandShapes = Readonly<Record<string, Shape | Answered<Shape, z.ZodType>>>;

export type CommandMessages<C extends CommandShapes> = {
  readonly [Type in keyof C & string]: C[Type] extends Answered<infer S, infer A>
    ? CommandMessage<Type, S, A>
    : C[Type] extends Shape
      ? CommandMessage<Type, C[Type], typeof Outcome>
      : never;
};

/** Commands without an aggregate of their own: requests between services, and those of operators. */
export function commands<const C extends CommandShapes>(
  context: string,
  declared: C,
  usualSender: Sender = 'client',
): CommandMessages<C> {
  const messages = Object.entries(declared).map(([type, declaration]): [string, CommandMessage] => {
    const {
      shape,
      answer,
      sender = usualSender,
    } = declaration instanceof Answered ? declaration : new Answered(declaration, Outcome);
    return [type, { context, type, schema: z.object(shape), answer, sender }];
  });
  // The entries of `declared` name the keys, so the compiler may know them.
  return Object.fromEntries(messages) as unknown as CommandMessages<C>;
}

/** The answer to a command that changes no stream. */
export const Done = z.object({ done: z.literal(true) });
