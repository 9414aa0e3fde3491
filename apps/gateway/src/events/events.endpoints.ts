import { endpoint } from '../http/endpoint';
import { SessionParams } from '../sessions/sessions.dto';
import {
  EventList,
  RecentEventsQuery,
  SessionCostSummary,
  SessionEventsQuery,
  Timeline,
  TimelineQuery,
  ToolSummaries,
} from './events.dto';

export const listRecentEvents = endpoint({
  method: 'GET',
  path: '/events/recent',
  access: 'viewer',
  summary: 'The newest telemetry of all sessions, in pages of at most 4 MiB',
  query: RecentEventsQuery,
  reply: EventList,
});

export const listSessionEvents = endpoint({
  method: 'GET',
  path: '/events/sessions/{session_id}',
  access: 'viewer',
  summary: 'The telemetry of a session, newest first, in pages of at most 4 MiB',
  params: SessionParams,
  query: SessionEventsQuery,
  reply: EventList,
});

export const readTimeline = endpoint({
  method: 'GET',
  path: '/events/sessions/{session_id}/timeline',
  access: 'viewer',
  summary:
    'What a session did, oldest first, without accounts of tokens and costs; `X-Next` is for `after`, and absent at the end',
  params: SessionParams,
  query: TimelineQuery,
  reply: Timeline,
});

export const readSessionCosts = endpoint({
  method: 'GET',
  path: '/events/sessions/{session_id}/costs',
  access: 'viewer',
  summary: 'The tokens and the cost of a session; `/costs/sessions/{session_id}` has more',
  params: SessionParams,
  reply: SessionCostSummary,
});

export const listSessionTools = endpoint({
  method: 'GET',
  path: '/events/sessions/{session_id}/tools',
  access: 'viewer',
  summary: 'The tools of a session, the most used first',
  params: SessionParams,
  reply: ToolSummaries,
});
