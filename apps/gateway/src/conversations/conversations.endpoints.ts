import { endpoint } from '../http/endpoint';
import { SessionParams } from '../sessions/sessions.dto';
import {
  ConversationLog,
  ConversationMetadata,
  ConversationQuery,
  ConversationSearchQuery,
  FoundTexts,
} from './conversations.dto';

const also = {
  202: 'The transcript is not stored yet, because the session has not ended',
  404: 'There is no such session, or it has ended without a transcript',
};

export const readConversation = endpoint({
  method: 'GET',
  path: '/conversations/{session_id}',
  access: 'viewer',
  summary: 'What the agent of a session has printed, line by line, in pages of at most 4 MiB',
  params: SessionParams,
  query: ConversationQuery,
  reply: ConversationLog,
  also,
});

export const searchConversations = endpoint({
  method: 'GET',
  path: '/conversations/search',
  access: 'viewer',
  summary: 'What agents, people and programs have said, by its words, newest first, in one session or in all',
  query: ConversationSearchQuery,
  reply: FoundTexts,
});

export const readConversationMetadata = endpoint({
  method: 'GET',
  path: '/conversations/{session_id}/metadata',
  access: 'viewer',
  summary: 'The figures of a conversation',
  params: SessionParams,
  reply: ConversationMetadata,
});
