import type { EventOf, Recorded } from '@syntropic/kernel';
import { spanIdOf, traceIdOf } from '@syntropic/observability';
import type { workflowExecution } from '@syntropic/orchestration/contracts';
import { commandSpanIdOf, requestSpans } from './request-spans';
import type { Span } from './span';

type ExecutionEvent = Recorded<EventOf<typeof workflowExecution>>;

/** The most events of a span, and the most spans of phases. */
const MAX_EVENTS = 128;
const MAX_PHASES = 1_000;

/** Events of phases, which are spans themselves. */
const OF_PHASES = /^Phase/;

/** An ended execution as a span below the command that has started it, with a span for each attempt of its phases; none before its end. */
export function executionSpans(executionId: string, events: readonly Recorded[]): readonly Span[] {
  // The stream of an execution has these events, and those of newer writers, which are no part of a span.
  const known = events as readonly ExecutionEvent[];
  const started = known.find(({ type }) => type === 'ExecutionStarted');
  const end = known.findLast(({ type }) => type in OUTCOMES);
  if (started?.type !== 'ExecutionStarted' || !end) return [];

  const root: Span = {
    traceId: traceIdOf(executionId),
    spanId: spanIdOf('execution', executionId),
    parentSpanId: commandSpanIdOf(started.metadata),
    name: `invoke_workflow ${started.data.workflowName}`,
    kind: 'internal',
    startedAt: started.recordedAt,
    endedAt: end.recordedAt,
    attributes: {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': started.data.workflowName,
      'syntropic.execution.id': executionId,
      'syntropic.workflow.id': started.data.workflowId,
      'syntropic.execution.outcome': OUTCOMES[end.type],
      'syntropic.actor': `${started.metadata.actor.kind}:${started.metadata.actor.id}`,
    },
    events: known
      .filter(({ type }) => !OF_PHASES.test(type))
      .slice(0, MAX_EVENTS)
      .map(({ type, recordedAt }) => ({ name: type, time: recordedAt })),
    // The span of its request has the link, where there is one.
    causedBy: started.metadata.request ? undefined : started.metadata.traceparent,
    error: end.type === 'ExecutionFailed' ? end.data.error : undefined,
  };
  return [...requestSpans(root, known), root, ...phaseSpans(root, known)];
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ExecutionCompleted: 'completed',
  ExecutionFailed: 'failed',
  ExecutionCancelled: 'cancelled',
};

/** An attempt begins when it is queued, and waits for a runner until its first `PhaseStarted`. */
function phaseSpans(root: Span, events: readonly ExecutionEvent[]): readonly Span[] {
  const attempts = new Map<string, Span>();
  for (const event of events) {
    if (!OF_PHASES.test(event.type) || !('sessionId' in event.data)) continue;
    const { sessionId, phaseId, attempt } = event.data as Readonly<Record<'sessionId' | 'phaseId', string>> &
      Readonly<{ attempt?: number }>;
    const known = attempts.get(sessionId) ?? begun(root, event, { sessionId, phaseId, attempt });
    attempts.set(sessionId, continued(known, event));
  }
  return [...attempts.values()].slice(0, MAX_PHASES);
}

const begun = (
  { traceId, spanId }: Span,
  { recordedAt }: ExecutionEvent,
  { sessionId, phaseId, attempt }: Readonly<{ sessionId: string; phaseId: string; attempt: number | undefined }>,
): Span => ({
  traceId,
  spanId: spanIdOf('phase', sessionId),
  parentSpanId: spanId,
  name: `phase ${phaseId}`,
  kind: 'internal',
  startedAt: recordedAt,
  endedAt: recordedAt,
  attributes: {
    'syntropic.phase.id': phaseId,
    'syntropic.session.id': sessionId,
    'syntropic.phase.attempt': attempt,
  },
});

function continued(span: Span, event: ExecutionEvent): Span {
  const runner = event.type === 'PhaseStarted' ? { 'syntropic.runner': event.data.runner } : {};
  return {
    ...span,
    endedAt: event.recordedAt,
    attributes: { ...span.attributes, ...runner },
    events: [...(span.events ?? []), { name: event.type, time: event.recordedAt }].slice(0, MAX_EVENTS),
    error: event.type === 'PhaseFailed' ? event.data.error : span.error,
  };
}
