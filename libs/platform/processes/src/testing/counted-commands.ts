import type { AddressedCommand, CommandContext, Outcome } from '@syntropic/kernel';

/** A command as it reached its handler. */
export type Received = Readonly<{ context: string; type: string; data: object; about: CommandContext }>;

/** A handler that keeps every arrival, and the commands carried out: each command id once. */
export class CountedCommands {
  readonly arrivals: Received[] = [];
  readonly #carriedOut = new Map<string, Received>();

  /** @param before may refuse or fail an arrival (they are counted from 1), or keep it waiting */
  constructor(
    private readonly before: (command: Received, arrival: number) => void | Promise<void> = () => undefined,
  ) {}

  readonly send = async ({ context, type, data }: AddressedCommand, about: CommandContext): Promise<Outcome> => {
    const command = { context, type, data, about };
    await this.before(command, this.arrivals.push(command));
    if (!this.#carriedOut.has(about.commandId)) this.#carriedOut.set(about.commandId, command);
    return { position: 1, version: 1 };
  };

  /** In the order in which they were first carried out. */
  get carriedOut(): readonly Received[] {
    return [...this.#carriedOut.values()];
  }
}
