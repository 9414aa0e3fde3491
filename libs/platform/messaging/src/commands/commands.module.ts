import { Module, type DynamicModule } from '@nestjs/common';
import { COMMAND_CATALOGUE, CommandConsumer, type CommandCatalogue } from './command-consumer';

/** Receives the catalogue's commands and hands them to the handlers on the application's global command bus. */
@Module({})
export class CommandsModule {
  static of(catalogue: CommandCatalogue): DynamicModule {
    return {
      module: CommandsModule,
      controllers: [CommandConsumer],
      providers: [{ provide: COMMAND_CATALOGUE, useValue: catalogue }],
    };
  }
}
