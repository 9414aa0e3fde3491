import { agentSessionEvents, type AgentSessionEvent } from '@syntropic/agent-sessions/contracts';
import { artifactEvents, type ArtifactEvent } from '@syntropic/artifacts/contracts';
import type { Event, Recorded } from '@syntropic/kernel';
import {
  workflowExecutionEvents,
  workspaceEvents,
  type WorkflowExecutionEvent,
  type WorkspaceEvent,
} from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** Positions as text that sorts as they do. */
const feedIdOf = (position: number): string => String(position).padStart(16, '0');

type FeedEvent = WorkflowExecutionEvent | WorkspaceEvent | AgentSessionEvent | ArtifactEvent;

const types = [...workflowExecutionEvents, ...workspaceEvents, ...agentSessionEvents, ...artifactEvents];

const asItIs = (_: unknown, { position, type, data, recordedAt, metadata }: Recorded<FeedEvent>) => ({
  feed_id: feedIdOf(position),
  execution_id: metadata.executionId ?? '',
  event_position: position,
  type,
  recorded_at: recordedAt,
  data,
});

const row = z.object({
  feed_id: z.string(),
  execution_id: z.string(),
  event_position: z.int(),
  type: z.string(),
  recorded_at: z.iso.datetime(),
  data: z.custom<Event['data']>(),
});

/** Every event that belongs to an execution, whichever stream it stands in: the domain lane of live streams. */
export const executionFeedProjection = projection<FeedEvent>()({
  name: 'execution_feed',
  version: 1,
  streams: ['execution', 'workspace', 'session', 'artifact'],
  row,
  key: 'feed_id',
  indexes: [['execution_id', 'event_position']],
  keys: ({ position }) => [feedIdOf(position)],
  on: Object.fromEntries(types.map((type) => [type, asItIs])),
});
