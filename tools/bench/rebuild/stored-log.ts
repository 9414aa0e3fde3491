import { NO_USAGE } from '@syntropic/kernel';
import type { Pool } from 'pg';

/** Executions that were at work at the same time: their events alternate in the log. */
const TOGETHER = 50;

const usage = {
  ...NO_USAGE,
  byModel: { m: { inputTokens: 100, outputTokens: 20, cacheCreationTokens: 3, cacheReadTokens: 4, costUsd: '0.01' } },
  costUsd: '0.01',
  toolCalls: 1,
};

const ids = { executionId: 'EXECUTION', workflowId: 'WORKFLOW' };
const sessionIds = { ...ids, phaseId: 'work', sessionId: 'SESSION', attempt: 1, leg: 1 };

type Stored = Readonly<{ stream: 'execution' | 'session'; version: number; type: string; data: object }>;

const phaseOf = (promptTemplate: string) => ({
  phaseId: 'work',
  name: 'Work',
  order: 1,
  executionType: 'sequential',
  inputArtifactTypes: [],
  outputArtifactTypes: [],
  promptTemplate,
  timeoutSeconds: 300,
  allowedTools: [],
  retries: { max: 0, backoffSeconds: 0 },
  agent: {
    provider: 'simulated',
    turns: 1,
    toolsPerTurn: 1,
    delayMs: 0,
    lineBytes: 0,
    fail: false,
    isolation: 'sandbox',
  },
});

/** The events of an execution of one phase, as its streams hold them. */
const eventsOf = (promptTemplate: string): readonly Stored[] => [
  {
    stream: 'execution',
    version: 1,
    type: 'ExecutionStarted',
    data: {
      ...ids,
      workflowName: 'Reviews',
      inputs: { task: 'Review the change.' },
      repos: ['acme/api'],
      phases: [phaseOf(promptTemplate)],
    },
  },
  {
    stream: 'execution',
    version: 2,
    type: 'PhaseQueued',
    data: { ...sessionIds, provider: 'simulated', isolation: 'sandbox' },
  },
  {
    stream: 'execution',
    version: 3,
    type: 'PhaseStarted',
    data: { ...sessionIds, phaseName: 'Work', phaseOrder: 1, runner: 'runner-1', provider: 'simulated' },
  },
  {
    stream: 'session',
    version: 1,
    type: 'SessionStarted',
    data: { ...sessionIds, provider: 'simulated', repos: ['acme/api'] },
  },
  {
    stream: 'session',
    version: 2,
    type: 'SessionCompleted',
    data: { ...sessionIds, status: 'completed', usage, telemetryEvents: 2 },
  },
  { stream: 'execution', version: 4, type: 'PhaseCompleted', data: { ...sessionIds, usage, artifacts: [] } },
  {
    stream: 'execution',
    version: 5,
    type: 'ExecutionCompleted',
    data: { ...ids, usage, completedPhases: 1, totalPhases: 1, artifactIds: [] },
  },
];

const EVENTS_OF_ONE = eventsOf('').length;

/**
 * Stores executions in an empty log, by statements of the owner and without one round trip for each event. Resolves with the number
 * of their events, which is at most `events`.
 */
export async function storeLog(
  pool: Pool,
  { events, promptBytes }: Readonly<{ events: number; promptBytes: number }>,
): Promise<number> {
  const blocks = Math.floor(events / (TOGETHER * EVENTS_OF_ONE));
  const stored = eventsOf('word '.repeat(promptBytes / 5)).map((event, ordinal) => ({
    ...event,
    ordinal,
    data: JSON.stringify(event.data),
  }));
  await pool.query(
    `insert into log.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
     select block * $2 * ${EVENTS_OF_ONE} + e.ordinal * $2 + member + 1,
            case e.stream when 'execution' then 'execution-' || execution else 'session-' || session end,
            e.version, gen_random_uuid(), e.type,
            replace(replace(replace(e.data, 'EXECUTION', execution), 'WORKFLOW', 'workflow-' || member % 20), 'SESSION', session)::jsonb,
            jsonb_build_object('commandId', session, 'correlationId', session, 'causationId', session,
              'actor', '{"kind": "service", "id": "bench"}'::jsonb, 'bodyHash', '', 'executionId', execution),
            now() - interval '1 day' + interval '1 ms' * (block * $2 * ${EVENTS_OF_ONE} + e.ordinal * $2 + member)
     from generate_series(0, $1::int - 1) block, generate_series(0, $2::int - 1) member,
     lateral (select 'exec-' || lpad(to_hex(block * $2 + member), 12, '0') as execution,
                     md5('session' || block * $2 + member)::uuid::text as session) made,
     jsonb_to_recordset($3) as e (ordinal int, stream text, version int, type text, data text)`,
    [blocks, TOGETHER, JSON.stringify(stored)],
  );
  const count = blocks * TOGETHER * EVENTS_OF_ONE;
  await pool.query('update log.log_head set position = $1, recorded_at = now()', [count]);
  await pool.query('vacuum (analyze) log.events');
  return count;
}
