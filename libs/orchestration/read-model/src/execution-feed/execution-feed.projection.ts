import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact } from '@syntropic/artifacts/contracts';
import type { Event, EventOf, Recorded } from '@syntropic/kernel';
import { workflowExecution, workspace } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** Positions as text with the same order. */
const feedIdOf = (position: number): string => String(position).padStart(16, '0');

const STREAMS = [workflowExecution, workspace, agentSession, artifact];
type FeedEvent = EventOf<(typeof STREAMS)[number]>;

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

/** The events of an execution from all streams: the domain channel of live streams. */
export const executionFeedProjection = projection(...STREAMS)({
  name: 'execution_feed',
  version: 1,
  row,
  key: 'feed_id',
  indexes: [['execution_id', 'event_position']],
  isOfOneEvent: true,
  keys: ({ position }) => [feedIdOf(position)],
  on: Object.fromEntries(STREAMS.flatMap(({ events }) => Object.keys(events)).map((type) => [type, asItIs])),
});
