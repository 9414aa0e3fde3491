import { z } from 'zod';
import type { Actor } from './event';

/** The runner's claim to a piece of work; a higher token has been handed out since when it is refused. */
export type Lease = Readonly<{ sessionId: string; token: number }>;

/** Where a command comes from. It travels in the message's headers and ends in the metadata of the events. */
export type CommandContext = Readonly<{
  commandId: string;
  correlationId: string;
  causationId: string;
  actor: Actor;
  bodyHash: string;
  executionId?: string;
  /** Present on everything a runner says about work it holds. */
  lease?: Lease;
  traceparent?: string;
}>;

export type CommandClass<Type extends string = string> = Readonly<{ type: Type; schema: z.ZodObject }> &
  (new (input: never, context?: CommandContext) => { readonly type: Type });

/**
 * Declares a command: its class is its identity on the bus, and constructing one parses its input, so it is valid if it exists.
 * Unknown fields are dropped (newer senders are welcome); HTTP is where they are refused.
 */
export function command<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  const schema = z.object(shape);

  class ParsedCommand {
    static readonly type = type;
    static readonly schema = schema;
    readonly #context: CommandContext | undefined;

    constructor(input: unknown, context?: CommandContext) {
      const data = schema.parse(input);
      Object.assign(this, data);
      this.#context = context && { ...context, ...executionOf(data) };
    }

    get type(): Type {
      return type;
    }

    /** The fields alone, as they came: what a fact that repeats them is made of. */
    get data(): z.output<typeof schema> {
      // Type and context live on the prototype, so the instance's own fields are the schema's.
      return Object.fromEntries(Object.entries(this)) as z.output<typeof schema>;
    }

    get context(): CommandContext {
      if (!this.#context) throw new Error(`this ${type} was not sent: only the bus gives a command its context`);
      return this.#context;
    }
  }

  // The fields come from the schema, so only the schema's types can name them.
  return ParsedCommand as unknown as {
    readonly type: Type;
    readonly schema: typeof schema;
    new (
      input: z.input<typeof schema>,
      context?: CommandContext,
    ): Readonly<z.output<typeof schema> & { type: Type; data: z.output<typeof schema>; context: CommandContext }>;
  };
}

/** Whatever a command about an execution leads to belongs to that execution, whoever sent it. */
const executionOf = (data: object): Pick<CommandContext, 'executionId'> =>
  'executionId' in data && typeof data.executionId === 'string' ? { executionId: data.executionId } : {};
