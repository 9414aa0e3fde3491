import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { COMMAND_CATALOGUE, CommandConsumer, type CommandCatalogue } from './command-consumer';

/** Receives the catalogue's commands and hands them to their handlers on the command bus. */
@Module({})
export class CommandsModule {
  static of(catalogue: CommandCatalogue): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule],
      controllers: [CommandConsumer],
      providers: [{ provide: COMMAND_CATALOGUE, useValue: catalogue }],
    };
  }
}
