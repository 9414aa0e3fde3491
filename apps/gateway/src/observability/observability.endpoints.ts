import { endpoint } from '../http/endpoint';
import { SessionParams } from '../sessions/sessions.dto';
import { SessionTokens, TokensQuery, ToolsQuery, ToolTimeline } from './observability.dto';

export const readSessionTokens = endpoint({
  method: 'GET',
  path: '/observability/sessions/{session_id}/tokens',
  access: 'viewer',
  summary: 'The tokens and the cost of a session, and its model calls, oldest first',
  params: SessionParams,
  query: TokensQuery,
  reply: SessionTokens,
});

export const readToolTimeline = endpoint({
  method: 'GET',
  path: '/observability/sessions/{session_id}/tools',
  access: 'viewer',
  summary: 'Starts and ends of the tools of a session, oldest first',
  params: SessionParams,
  query: ToolsQuery,
  reply: ToolTimeline,
});
