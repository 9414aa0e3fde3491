import { Module } from '@nestjs/common';
import { commandsOf, ContextsModule } from '@syntropic/context';
import { logParts, relayParts } from '@syntropic/event-store';
import { CommandsModule } from '@syntropic/messaging';
import { processParts } from '@syntropic/processes';
import { ServiceModule } from '@syntropic/service';
import { AnswersModule } from './answers.module';
import { config } from './command-service.config';
import { CONTEXTS } from './contexts';
import { KeysModule } from './keys.module';
import { LogModule } from './log.module';
import { operator } from './operator.handlers';
import { OperatorModule } from './operator.module';
import { ProcessesModule } from './processes.module';
import { WorkModule } from './work.module';

const RUN = [...CONTEXTS, operator];

@Module({
  imports: [
    ServiceModule.of({
      name: 'command-service',
      natsUrl: config.NATS_URL,
      databaseUrl: config.DATABASE_URL,
      parts: async (store) => (await Promise.all([logParts(store), relayParts(store), processParts(store)])).flat(),
    }),
    LogModule,
    WorkModule,
    OperatorModule,
    KeysModule,
    AnswersModule,
    CommandsModule.of(commandsOf(RUN)),
    ContextsModule.of(RUN),
    ProcessesModule,
  ],
})
export class AppModule {}
