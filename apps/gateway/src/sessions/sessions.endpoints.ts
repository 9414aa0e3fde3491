import { endpoint } from '../http/endpoint';
import {
  OperationList,
  OperationsQuery,
  SessionDetail,
  SessionList,
  SessionListQuery,
  SessionParams,
  Transcript,
  TranscriptQuery,
} from './sessions.dto';

export const listSessions = endpoint({
  method: 'GET',
  path: '/sessions',
  access: 'viewer',
  summary: 'The agent sessions, newest first; `total` counts all that match',
  query: SessionListQuery,
  reply: SessionList,
});

export const readSession = endpoint({
  method: 'GET',
  path: '/sessions/{session_id}',
  access: 'viewer',
  summary: 'One agent session with its operations',
  params: SessionParams,
  reply: SessionDetail,
});

export const listOperations = endpoint({
  method: 'GET',
  path: '/sessions/{session_id}/operations',
  access: 'viewer',
  summary: 'The operations of a session in the order of its lines, in pages of at most 4 MiB',
  params: SessionParams,
  query: OperationsQuery,
  reply: OperationList,
});

export const readTranscript = endpoint({
  method: 'GET',
  path: '/sessions/{session_id}/transcript',
  access: 'viewer',
  summary: 'All lines of a session as its agent printed them, in pages of at most 4 MiB',
  params: SessionParams,
  query: TranscriptQuery,
  reply: Transcript,
  also: {
    202: 'The transcript is not stored yet, because the session has not ended',
    404: 'There is no such session, or it has ended without a transcript',
  },
});
