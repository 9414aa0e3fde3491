import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AgentSession } from '@syntropic/agent-sessions/domain';
import { EventStoreModule } from '@syntropic/event-store';
import { agentSessionHandlers } from './agent-session.handlers';

@Module({
  imports: [CqrsModule, EventStoreModule.forFeature(AgentSession)],
  providers: agentSessionHandlers,
})
export class AgentSessionsModule {}
