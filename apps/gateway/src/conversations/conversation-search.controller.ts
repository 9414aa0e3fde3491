import { Controller } from '@nestjs/common';
import { TextSearch } from '@syntropic/telemetry';
import { nextOf } from '../events/events.dto';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { searchConversations } from './conversations.endpoints';

/** Finds what was said, by its words. */
@Controller(API_PREFIXES)
export class ConversationSearchController {
  constructor(private readonly texts: TextSearch) {}

  @Serve(searchConversations)
  async search({ query: { q, session_id, limit, after } }: ApiRequest<typeof searchConversations>) {
    const { texts, next } = await this.texts.find({ words: q, sessionId: session_id, limit, after });
    return {
      texts: texts.map(({ eventId, type, sessionId, executionId, time, excerpt }) => ({
        event_id: eventId,
        event_type: type,
        session_id: sessionId,
        execution_id: executionId,
        time,
        excerpt,
      })),
      next: nextOf(next),
    };
  }
}
