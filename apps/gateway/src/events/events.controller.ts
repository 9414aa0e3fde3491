import { Controller } from '@nestjs/common';
import { tokensView } from '@syntropic/live';
import { EventLists, ToolReader, type NumberedEvent, type TelemetryType } from '@syntropic/telemetry';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ApiRequest } from '../http/endpoint';
import { tellNext } from '../http/list-headers';
import { API_PREFIXES, Serve } from '../http/serve';
import { ObservedSessions } from '../sessions/observed-sessions';
import { eventView, timelineEntry, toolSummary } from './event-views';
import { nextOf } from './events.dto';
import {
  listRecentEvents,
  listSessionEvents,
  listSessionTools,
  readSessionCosts,
  readTimeline,
} from './events.endpoints';

/** JSON of an answer may be longer than the data of its events. */
const MAX_PAGE_BYTES = MAX_ANSWER_BYTES / 2;

/** A timeline shows what an agent did: these tell what it used. */
const ACCOUNTS: readonly TelemetryType[] = ['token_usage', 'model_call', 'cost_recorded', 'session_summary'];

/** Stored telemetry as it came. */
@Controller(API_PREFIXES)
export class EventsController {
  constructor(
    private readonly sessions: ObservedSessions,
    private readonly lists: EventLists,
    private readonly tools: ToolReader,
  ) {}

  @Serve(listRecentEvents)
  async recent({ query: { limit, event_type, after } }: ApiRequest<typeof listRecentEvents>) {
    return this.#page({ type: event_type, after, limit });
  }

  @Serve(listSessionEvents)
  async ofSession(request: ApiRequest<typeof listSessionEvents>) {
    const { sessionId } = await this.sessions.find(request);
    const { limit, offset, event_type, after } = request.query;
    return this.#page({ sessionId, type: event_type, after, limit, offset });
  }

  @Serve(readTimeline)
  async timeline(request: ApiRequest<typeof readTimeline>) {
    const { sessionId } = await this.sessions.find(request);
    const { events, next } = await this.lists.page({
      sessionId,
      except: ACCOUNTS,
      order: 'oldest_first',
      maxBytes: MAX_PAGE_BYTES,
      ...request.query,
    });
    tellNext(request, nextOf(next));
    return events.map(timelineEntry);
  }

  @Serve(readSessionCosts)
  async costs(request: ApiRequest<typeof readSessionCosts>) {
    const session = await this.sessions.find(request);
    const usage = await session.usage();
    return {
      session_id: session.sessionId,
      ...tokensView(usage),
      estimated_cost_usd: usage.costUsd === null ? null : Number(usage.costUsd),
    };
  }

  @Serve(listSessionTools)
  async toolsOf(request: ApiRequest<typeof listSessionTools>) {
    const { sessionId } = await this.sessions.find(request);
    return (await this.tools.figuresOf(sessionId)).map(toolSummary);
  }

  async #page(query: Pick<Parameters<EventLists['page']>[0], 'sessionId' | 'type' | 'after' | 'limit' | 'offset'>) {
    const { events, next } = await this.lists.page({ ...query, order: 'newest_first', maxBytes: MAX_PAGE_BYTES });
    const views = events.map((event: NumberedEvent) => eventView(event));
    return { events: views, count: views.length, has_more: next !== null, next: nextOf(next) };
  }
}
