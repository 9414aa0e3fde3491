import { Injectable } from '@nestjs/common';
import type { AddressedCommand, CommandContext } from '@syntropic/kernel';
import { CommandCatalogue } from './command-catalogue';
import { checkSender } from './command-senders';
import { MessageBus } from './message-bus';

/** Parses commands of the bus, processes, timers and the sweeper, and passes them to their handlers. */
@Injectable()
export class LocalCommands {
  constructor(
    private readonly catalogue: CommandCatalogue,
    private readonly bus: MessageBus,
  ) {}

  /** @throws DomainError when the command does not parse or is refused; anything else is a fault */
  readonly execute = async (
    command: Readonly<Omit<AddressedCommand, 'data'> & { data: unknown }>,
    about: CommandContext,
  ): Promise<unknown> => this.bus.execute(this.catalogue.parse(command, about));

  /** As `execute`, for a command that came over the bus. */
  readonly executeFromBus: LocalCommands['execute'] = async (command, about) => {
    const parsed = this.catalogue.parse(command, about);
    checkSender(parsed);
    return this.bus.execute(parsed);
  };
}
