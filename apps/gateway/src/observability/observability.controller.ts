import { Controller } from '@nestjs/common';
import { tokensView } from '@syntropic/live';
import { EventLists, TOOL_TYPES, type EventCursor, type TelemetryType } from '@syntropic/telemetry';
import { costView } from '../display/usage-fields';
import { nextOf } from '../events/events.dto';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { ObservedSessions } from '../sessions/observed-sessions';
import { modelCall, toolEntry } from './observability-views';
import { readSessionTokens, readToolTimeline } from './observability.endpoints';

const MAX_PAGE_BYTES = MAX_ANSWER_BYTES / 2;

const UNBLOCKED = TOOL_TYPES.filter((type) => type !== 'tool_blocked');

type Page = Readonly<{ limit: number; after?: EventCursor | undefined }>;

/** The model calls and the tools of a session, one by one. */
@Controller(API_PREFIXES)
export class ObservabilityController {
  constructor(
    private readonly sessions: ObservedSessions,
    private readonly lists: EventLists,
  ) {}

  @Serve(readSessionTokens)
  async tokens(request: ApiRequest<typeof readSessionTokens>) {
    const session = await this.sessions.find(request);
    const { include_records, ...page } = request.query;
    const [usage, { events, next }] = await Promise.all([
      session.usage(),
      include_records ? this.#modelCalls(session.sessionId, page) : { events: [], next: null },
    ]);
    return {
      session_id: session.sessionId,
      ...tokensView(usage),
      ...costView(usage),
      records: events.map(modelCall),
      next: nextOf(next),
    };
  }

  @Serve(readToolTimeline)
  async tools(request: ApiRequest<typeof readToolTimeline>) {
    const { sessionId } = await this.sessions.find(request);
    const { include_blocked, ...page } = request.query;
    const types = include_blocked ? TOOL_TYPES : UNBLOCKED;
    const [total, { events, next }] = await Promise.all([
      this.lists.count(sessionId, types),
      this.#among(sessionId, types, page),
    ]);
    return { session_id: sessionId, total_executions: total, executions: events.map(toolEntry), next: nextOf(next) };
  }

  /** As the model gateway has recorded them; without such records as the agent has told them. */
  async #modelCalls(sessionId: string, page: Page) {
    const isRecorded = (await this.#among(sessionId, ['model_call'], { limit: 1 })).events.length > 0;
    return this.#among(sessionId, [isRecorded ? 'model_call' : 'token_usage'], page);
  }

  #among(sessionId: string, among: readonly TelemetryType[], page: Page) {
    return this.lists.page({ sessionId, among, order: 'oldest_first', maxBytes: MAX_PAGE_BYTES, ...page });
  }
}
