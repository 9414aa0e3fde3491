import { Module, type DynamicModule } from '@nestjs/common';
import type { CommandMessage } from '@syntropic/kernel';
import { CommandCatalogue } from './command-catalogue';
import { CommandConsumer } from './command-consumer';
import { LocalCommands } from './local-commands';
import { MessageBus } from './message-bus';

/** The bus of a service that handles commands, and the ways to it: over NATS and inside the process. */
@Module({})
export class CommandsModule {
  /** @param messages the commands it handles */
  static of(messages: readonly CommandMessage[]): DynamicModule {
    return {
      module: CommandsModule,
      global: true,
      controllers: [CommandConsumer],
      providers: [
        { provide: CommandCatalogue, useFactory: () => new CommandCatalogue(messages) },
        MessageBus,
        LocalCommands,
      ],
      exports: [CommandCatalogue, MessageBus, LocalCommands],
    };
  }
}
