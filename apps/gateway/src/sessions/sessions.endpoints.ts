import { endpoint } from '../http/endpoint';
import { SessionDetail, SessionList, SessionListQuery, SessionParams } from './sessions.dto';

export const listSessions = endpoint({
  method: 'GET',
  path: '/sessions',
  summary: 'The agent sessions, newest first; `total` counts all that match',
  query: SessionListQuery,
  reply: SessionList,
});

export const readSession = endpoint({
  method: 'GET',
  path: '/sessions/{session_id}',
  summary: 'One agent session with its operations',
  params: SessionParams,
  reply: SessionDetail,
});
