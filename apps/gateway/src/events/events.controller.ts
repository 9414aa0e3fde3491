import { Controller } from '@nestjs/common';
import { tokensView } from '@syntropic/live';
import { EventLists, ToolReader, type NumberedEvent, type TelemetryType } from '@syntropic/telemetry';
import { UsageNow } from '../executions/usage-now';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ApiRequest } from '../http/endpoint';
import { tellNext } from '../http/list-headers';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { SESSION } from '../sessions/session-lookup';
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
    private readonly lookup: RowLookup,
    private readonly lists: EventLists,
    private readonly tools: ToolReader,
    private readonly usage: UsageNow,
  ) {}

  @Serve(listRecentEvents)
  async recent({ query: { limit, event_type, after } }: ApiRequest<typeof listRecentEvents>) {
    return this.#page({ type: event_type, after, limit });
  }

  @Serve(listSessionEvents)
  async ofSession(request: ApiRequest<typeof listSessionEvents>) {
    const { session_id } = await this.lookup.find(SESSION, request.params.session_id, request);
    const { limit, offset, event_type, after } = request.query;
    return this.#page({ sessionId: session_id, type: event_type, after, limit, offset });
  }

  @Serve(readTimeline)
  async timeline(request: ApiRequest<typeof readTimeline>) {
    const { session_id } = await this.lookup.find(SESSION, request.params.session_id, request);
    const { events, next } = await this.lists.page({
      sessionId: session_id,
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
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const usage = await this.usage.ofSession(row);
    return {
      session_id: row.session_id,
      ...tokensView(usage),
      estimated_cost_usd: usage.costUsd === null ? null : Number(usage.costUsd),
    };
  }

  @Serve(listSessionTools)
  async toolsOf(request: ApiRequest<typeof listSessionTools>) {
    const { session_id } = await this.lookup.find(SESSION, request.params.session_id, request);
    return (await this.tools.figuresOf(session_id)).map(toolSummary);
  }

  async #page(query: Pick<Parameters<EventLists['page']>[0], 'sessionId' | 'type' | 'after' | 'limit' | 'offset'>) {
    const { events, next } = await this.lists.page({ ...query, order: 'newest_first', maxBytes: MAX_PAGE_BYTES });
    const views = events.map((event: NumberedEvent) => eventView(event));
    return { events: views, count: views.length, has_more: next !== null, next: nextOf(next) };
  }
}
