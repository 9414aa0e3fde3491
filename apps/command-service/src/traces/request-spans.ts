import type { Metadata, Recorded } from '@syntropic/kernel';
import { spanIdOf } from '@syntropic/observability';
import type { Span } from './span';

/** The most requests about one execution that become spans. */
const MAX_REQUESTS = 500;

/** The span of a request's command; absent where no request has led to it, or an older build has recorded it. */
export const commandSpanIdOf = ({ commandId, request }: Metadata): string | undefined =>
  request?.begunAt === undefined ? undefined : spanIdOf('command', commandId);

/**
 * Two spans for each request about an execution: its own and its command's. The request that has started the execution is the root of its
 * trace, and others are below the execution. They end when the command's events are recorded: the answer follows at once.
 */
export function requestSpans(execution: Span, events: readonly Recorded[]): readonly Span[] {
  const commands = new Map<string, Recorded>();
  for (const event of events) if (commandSpanIdOf(event.metadata)) commands.set(event.metadata.commandId, event);
  return [...commands.values()].slice(0, MAX_REQUESTS).flatMap((last) => spansOf(execution, last));
}

function spansOf(execution: Span, { metadata, recordedAt }: Recorded): readonly Span[] {
  const { commandId, request, traceparent } = metadata;
  if (request?.begunAt === undefined) return [];
  const { route, command = '', receivedAt, begunAt } = request;
  const [method = '', path = ''] = route.split(' ');
  const spanId = spanIdOf('command', commandId);
  const isFirst = execution.parentSpanId === spanId;
  const requested: Span = {
    traceId: execution.traceId,
    spanId: spanIdOf('request', commandId),
    parentSpanId: isFirst ? undefined : execution.spanId,
    name: route,
    kind: 'server',
    startedAt: receivedAt,
    endedAt: recordedAt,
    attributes: { 'http.request.method': method, 'http.route': path },
    causedBy: traceparent,
  };
  return [
    requested,
    {
      traceId: execution.traceId,
      spanId,
      parentSpanId: requested.spanId,
      name: `command ${command}`,
      kind: 'internal',
      startedAt: begunAt,
      endedAt: recordedAt,
      attributes: { 'syntropic.command': command, 'syntropic.command.id': commandId },
    },
  ];
}
