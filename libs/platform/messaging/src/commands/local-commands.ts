import { Injectable } from '@nestjs/common';
import type { AddressedCommand, CommandContext } from '@syntropic/kernel';
import { CommandCatalogue } from './command-catalogue';
import { MessageBus } from './message-bus';

/** Brings commands to their handlers inside this process: those of the bus, of processes, of timers and of the sweeper. */
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
}
