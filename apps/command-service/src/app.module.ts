import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AgentSessionsModule } from '@syntropic/agent-sessions/application';
import { ArtifactsModule } from '@syntropic/artifacts/application';
import { relayParts } from '@syntropic/event-store';
import { CommandsModule } from '@syntropic/messaging';
import { OrchestrationModule } from '@syntropic/orchestration/application';
import { processParts } from '@syntropic/processes';
import { ServiceModule } from '@syntropic/service';
import { catalogue } from './catalogue';
import { config } from './command-service.config';
import { LogModule } from './log.module';
import { OperatorModule } from './operator.module';
import { ProcessesModule } from './processes.module';
import { WorkModule } from './work.module';

@Module({
  imports: [
    ServiceModule.of({
      name: 'command-service',
      natsUrl: config.NATS_URL,
      databaseUrl: config.DATABASE_URL,
      parts: async (store) => (await Promise.all([relayParts(store), processParts(store)])).flat(),
    }),
    CqrsModule.forRoot(),
    LogModule,
    WorkModule,
    OrchestrationModule,
    AgentSessionsModule,
    ArtifactsModule,
    OperatorModule,
    CommandsModule.of(catalogue),
    ProcessesModule,
  ],
})
export class AppModule {}
