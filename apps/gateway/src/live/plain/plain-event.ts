import type { StreamFrame } from '../event-stream-text';

type Data = Readonly<Record<string, unknown>>;

/** One kind of event under the name and with the data that clients of unnamed frames know. */
type Translation = Readonly<{ name: string; data: (data: Data) => Data; isTerminal?: true; isActivity?: true }>;

/** From our event types, with data in snake_case, to the names of those clients. Other events are not sent on these streams. */
const PLAIN_EVENTS: Readonly<Record<string, Translation>> = {
  ExecutionStarted: {
    name: 'WorkflowExecutionStarted',
    isActivity: true,
    data: (data) => ({
      ...picked(data, 'workflow_id', 'execution_id', 'workflow_name', 'inputs'),
      started_at: data['recorded_at'],
      total_phases: listOf(data['phases']).length,
      phase_definitions: listOf(data['phases']).map((phase) => picked(phase as Data, 'phase_id', 'name', 'order')),
    }),
  },
  PhaseStarted: {
    name: 'PhaseStarted',
    data: (data) => ({
      ...picked(data, 'workflow_id', 'execution_id', 'phase_id', 'phase_name', 'phase_order', 'session_id'),
      started_at: data['recorded_at'],
    }),
  },
  PhaseCompleted: { name: 'PhaseCompleted', data: (data) => ({ ...endOfPhase(data), success: true }) },
  PhaseFailed: {
    name: 'PhaseCompleted',
    data: (data) => ({ ...endOfPhase(data), success: false, error_message: data['error'] }),
  },
  ExecutionCompleted: { name: 'WorkflowCompleted', isTerminal: true, isActivity: true, data: ending('completed_at') },
  ExecutionFailed: {
    name: 'WorkflowFailed',
    isTerminal: true,
    isActivity: true,
    data: (data) => ({
      ...ending('failed_at')(data),
      failed_phase_id: data['phase_id'],
      error_message: data['error'],
      error_type: data['error_type'],
    }),
  },
  ExecutionCancelled: {
    name: 'ExecutionCancelled',
    isTerminal: true,
    isActivity: true,
    data: (data) => ({ ...ending('cancelled_at')(data), reason: data['reason'] ?? null }),
  },
  ExecutionPaused: { name: 'ExecutionPaused', data: at('paused_at', 'phase_id', 'yield_point') },
  ExecutionResumed: { name: 'ExecutionResumed', data: at('resumed_at') },
  ExecutionInterrupted: { name: 'WorkflowInterrupted', data: at('interrupted_at', 'why') },
  SessionStarted: {
    name: 'SessionStarted',
    isActivity: true,
    data: (data) => ({
      ...picked(data, 'session_id', 'workflow_id', 'execution_id', 'phase_id', 'repos'),
      agent_provider: data['provider'],
      agent_model: data['model'] ?? null,
      started_at: data['recorded_at'],
    }),
  },
  SessionCompleted: {
    name: 'SessionCompleted',
    isActivity: true,
    data: (data) => ({
      ...picked(data, 'session_id', 'workflow_id', 'execution_id', 'phase_id', 'status'),
      ...totalTokens(data['usage']),
      completed_at: data['recorded_at'],
      operation_count: data['telemetry_events'],
      error_message: data['error'] ?? null,
    }),
  },
  ArtifactCreated: {
    name: 'ArtifactCreated',
    data: ({ recorded_at, ...data }) => ({ ...data, created_at: recorded_at }),
  },
};

export const ACTIVITY_TYPES = Object.keys(PLAIN_EVENTS).filter((type) => PLAIN_EVENTS[type]?.isActivity);

/** The frame of an event; `undefined` for an event that these clients do not know. `executionId` is null on the feed of all executions. */
export function plainFrame(event: string, data: Data, executionId: string | null): StreamFrame | undefined {
  const translation = PLAIN_EVENTS[event];
  if (!translation) return undefined;

  const { name, isTerminal } = translation;
  const type = isTerminal && executionId !== null ? 'terminal' : 'event';
  return framed(type, name, executionId, translation.data(data), String(data['recorded_at']));
}

export const connectedFrame = (executionId: string | null, data: Data): StreamFrame =>
  framed('connected', 'connected', executionId, data, new Date().toISOString());

const framed = (
  type: string,
  name: string,
  executionId: string | null,
  data: Data,
  timestamp: string,
): StreamFrame => ({
  data: { type, event_type: name, execution_id: executionId, data, timestamp },
});

const picked = (data: Data, ...names: readonly string[]): Data =>
  Object.fromEntries(names.map((name) => [name, data[name] ?? null]));

function at(time: string, ...names: readonly string[]) {
  return (data: Data): Data => ({
    ...picked(data, 'workflow_id', 'execution_id', ...names),
    [time]: data['recorded_at'],
  });
}

const endOfPhase = (data: Data): Data => ({
  ...picked(data, 'workflow_id', 'execution_id', 'phase_id', 'session_id'),
  completed_at: data['recorded_at'],
  artifact_id: (listOf(data['artifacts'])[0] as Data | undefined)?.['artifact_id'] ?? null,
  ...tokens(data['usage']),
  duration_seconds: secondsOf(data['usage']),
});

function ending(time: string) {
  return (data: Data): Data => ({
    ...picked(data, 'workflow_id', 'execution_id', 'completed_phases', 'total_phases', 'artifact_ids'),
    ...totalTokens(data['usage']),
    total_duration_seconds: secondsOf(data['usage']),
    [time]: data['recorded_at'],
  });
}

const TOKENS = ['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens'] as const;

function tokens(usage: unknown): Readonly<Record<string, number>> {
  const models = Object.values(((usage as Data | undefined)?.['by_model'] ?? {}) as Record<string, Data>);
  const sums = TOKENS.map((name) => [name, models.reduce((sum, model) => sum + Number(model[name] ?? 0), 0)] as const);
  return { ...Object.fromEntries(sums), total_tokens: sums.reduce((total, [, sum]) => total + sum, 0) };
}

const totalTokens = (usage: unknown): Data =>
  Object.fromEntries(
    Object.entries(tokens(usage)).map(([name, sum]) => [name.startsWith('total') ? name : `total_${name}`, sum]),
  );

const secondsOf = (usage: unknown): number => Number((usage as Data | undefined)?.['duration_ms'] ?? 0) / 1_000;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
