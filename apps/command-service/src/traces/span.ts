/** The value of a span's attribute. */
type Attribute = string | number | boolean | undefined;

/** A span as OTLP has it, with times of the log. */
export type Span = Readonly<{
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  name: string;
  kind: 'internal' | 'server' | 'client';
  /** ISO 8601. */
  startedAt: string;
  endedAt: string;
  attributes: Readonly<Record<string, Attribute>>;
  events?: readonly Readonly<{ name: string; time: string }>[];
  /** The span of another trace that has led to this one, as `traceparent`. */
  causedBy?: string | undefined;
  /** The message of a failure. */
  error?: string | undefined;
}>;

const KINDS = { internal: 1, server: 2, client: 3 } as const;
const ERROR = 2;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/;

/** A request of OTLP with these spans: ids are bytes, as its Protobuf has them. */
export function traceRequest(spans: readonly Span[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'syntropic' }) },
        scopeSpans: [{ scope: { name: 'syntropic.executions' }, spans: spans.map(otlpSpan) }],
      },
    ],
  };
}

function otlpSpan({ traceId, spanId, parentSpanId, kind, startedAt, endedAt, ...span }: Span): object {
  return {
    traceId: bytes(traceId),
    spanId: bytes(spanId),
    ...(parentSpanId && { parentSpanId: bytes(parentSpanId) }),
    name: span.name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt < startedAt ? startedAt : endedAt),
    attributes: attributesOf(span.attributes),
    events: (span.events ?? []).map(({ name, time }) => ({ name, timeUnixNano: nanoseconds(time) })),
    links: linksOf(span.causedBy),
    ...(span.error !== undefined && { status: { code: ERROR, message: span.error } }),
  };
}

function linksOf(traceparent: string | undefined): readonly object[] {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return traceId && spanId ? [{ traceId: bytes(traceId), spanId: bytes(spanId) }] : [];
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Times of the log have milliseconds, those of telemetry up to nanoseconds, which are not needed here. */
const nanoseconds = (time: string): string => `${Date.parse(time)}000000`;

const attributesOf = (attributes: Readonly<Record<string, Attribute>>) =>
  Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]));

function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
