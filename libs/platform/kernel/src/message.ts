import { z } from 'zod';
import type { Immutable } from './immutable';

/** The fields of a message, each with its schema. */
export type Shape = z.ZodRawShape;

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

/** The declaration of a command whose answer is not an `Outcome`. */
export class Answered<S extends Shape, A extends z.ZodType> {
  constructor(
    readonly shape: S,
    readonly answer: A,
  ) {}
}

/** Declares a command whose answer is not an `Outcome`: `{ ClaimWork: answered(shape, ClaimedWork) }`. */
export const answered = <const S extends Shape, A extends z.ZodType>(shape: S, answer: A): Answered<S, A> =>
  new Answered(shape, answer);

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
export function commands<const C extends CommandShapes>(context: string, declared: C): CommandMessages<C> {
  const messages = Object.entries(declared).map(([type, declaration]): [string, CommandMessage] => {
    const { shape, answer } = declaration instanceof Answered ? declaration : { shape: declaration, answer: Outcome };
    return [type, { context, type, schema: z.object(shape), answer }];
  });
  // The entries of `declared` name the keys, so the compiler may know them.
  return Object.fromEntries(messages) as unknown as CommandMessages<C>;
}

/** The answer to a command that changes no stream. */
export const Done = z.object({ done: z.literal(true) });
