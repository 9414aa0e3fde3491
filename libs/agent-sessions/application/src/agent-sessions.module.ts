import { Module } from '@nestjs/common';
import { AgentSession } from '@syntropic/agent-sessions/domain';
import { EventStoreModule } from '@syntropic/event-store';
import { agentSessionHandlers } from './agent-session.handlers';

@Module({
  imports: [EventStoreModule.forFeature(AgentSession)],
  providers: agentSessionHandlers,
})
export class AgentSessionsModule {}
