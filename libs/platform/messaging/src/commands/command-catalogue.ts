import {
  DomainError,
  type AddressedCommand,
  type Command,
  type CommandContext,
  type CommandMessage,
} from '@syntropic/kernel';
import type { z } from 'zod';

/** The commands that a service handles, by context and name. Commands from the bus and from this process are parsed here alike. */
export class CommandCatalogue {
  readonly #messages: ReadonlyMap<string, CommandMessage>;

  /** @throws when two messages have the same context and name */
  constructor(messages: readonly CommandMessage[]) {
    this.#messages = new Map(messages.map((message) => [addressOf(message), message]));
    if (this.#messages.size < messages.length) throw new Error('two commands have the same context and name');
  }

  /** @throws DomainError `command.unknown`, `command.invalid` with the first field that is wrong */
  parse(
    { context, type, data }: Readonly<{ context: string; type: string; data: unknown }>,
    about: CommandContext,
  ): Command {
    const message = this.#messages.get(addressOf({ context, type }));
    if (!message)
      throw new DomainError('command.unknown', `${context}.${type} is no command of this service`, 'invalid');

    const parsed = message.schema.safeParse(data);
    if (!parsed.success) throw invalid(parsed.error);
    // The schema is the message's own, so its output is the message's data.
    return { message, data: parsed.data as Command['data'], context: { ...about, ...executionOf(parsed.data) } };
  }
}

const addressOf = ({ context, type }: Pick<AddressedCommand, 'context' | 'type'>): string => `${context}.${type}`;

/** Events of a command with an `executionId` belong to that execution, independent of the sender. */
const executionOf = (data: object): Pick<CommandContext, 'executionId'> =>
  'executionId' in data && typeof data.executionId === 'string' ? { executionId: data.executionId } : {};

/** Names the first wrong field; HTTP lists all faults before a command is sent. */
function invalid(error: z.ZodError): DomainError {
  const [issue] = error.issues;
  const field = fieldOf(issue?.path ?? []);
  const what = issue?.message ?? error.message;
  return new DomainError('command.invalid', field ? `${field}: ${what}` : what, 'invalid', field || undefined);
}

/** Writes `['phases', 1, 'prompt']` as people do: `phases[1].prompt`. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`;
    return field ? `${field}.${String(key)}` : String(key);
  }, '');
