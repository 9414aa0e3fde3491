import { agentSession } from '@syntropic/agent-sessions/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';
import { namedRepositories } from './named-repositories';

/** The repositories that each session works on, whether or not they are registered. */
export const repoSessionProjection = projection(agentSession)({
  name: 'repo_session',
  version: 1,
  row: z.object({
    /** The session and the repository. */
    repo_session_id: z.string(),
    /** As in `repo_execution`. */
    repository: z.string(),
    session_id: z.string(),
    started_at: z.iso.datetime(),
  }),
  key: 'repo_session_id',
  indexes: [['repository', 'started_at', 'session_id']],
  counted: [['repository']],
  isOfOneEvent: true,
  keys: (event) =>
    event.type === 'SessionStarted'
      ? namedRepositories(event.data.repos).map((repository) => `${event.data.sessionId} ${repository}`)
      : [],
  on: {
    SessionStarted: (_, { data, recordedAt }, key) => ({
      repo_session_id: key,
      repository: key.slice(data.sessionId.length + 1),
      session_id: data.sessionId,
      started_at: recordedAt,
    }),
  },
});
