import { nameText } from '@syntropic/kernel';
import { z } from 'zod';
import { Unreadable } from '../unreadable';
import type { OtlpSignal } from './otlp-wire';

export type Attribute = string | number | boolean;
export type Attributes = Readonly<Record<string, Attribute>>;

/** A log record, a data point or a span, with the attributes of its resource. */
export type OtlpRecord = Readonly<{
  /** The name of the log's event, of the metric, or of the span. */
  name: string;
  /** Nanoseconds since 1970. */
  time: bigint;
  attributes: Attributes;
  resource: Attributes;
  scope: string;
  /** Fields of the signal. */
  own: Readonly<Record<string, unknown>>;
}>;

/** Records of one request. */
const MAX_RECORDS = 5_000;
const MAX_ATTRIBUTES = 128;
/** Characters of an attribute: longer ones are cut. */
const MAX_CHARACTERS = 2_000;

/** The records of a request. @throws Unreadable */
export function recordsIn(signal: OtlpSignal, message: unknown): readonly OtlpRecord[] {
  try {
    return read(signal, camelCased(message));
  } catch (error) {
    // Functions call themselves for each level of a value.
    if (error instanceof RangeError) throw new Unreadable('the body has too many levels');
    throw error;
  }
}

function read(signal: OtlpSignal, message: unknown): readonly OtlpRecord[] {
  const { data, error } = REQUESTS[signal].safeParse(message);
  if (error) {
    const [first] = error.issues;
    throw new Unreadable(z.prettifyError(error).slice(0, 1_000), first?.path.join('.') ?? '');
  }
  if (data.length > MAX_RECORDS) throw new Unreadable(`more than ${MAX_RECORDS} records`, signal);
  return data;
}

/** JSON of older exporters names its fields in snake case. Attributes are lists, so their keys are no fields. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(field),
    ]),
  );
}

const Integer = z.union([z.int(), z.string().regex(/^-?\d{1,20}$/)]);

const AnyValue = z
  .looseObject({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: Integer.optional(),
    doubleValue: z.union([z.number(), z.string()]).optional(),
  })
  .nullish()
  .transform((value): Attribute | undefined => {
    if (!value) return undefined;
    if (value.stringValue !== undefined) return value.stringValue.slice(0, MAX_CHARACTERS);
    if (value.boolValue !== undefined) return value.boolValue;
    if (value.intValue !== undefined) return Number(value.intValue);
    if (value.doubleValue !== undefined) return Number(value.doubleValue);
    return Object.keys(value).length === 0 ? undefined : JSON.stringify(value).slice(0, MAX_CHARACTERS);
  });

const AttributeList = z
  .array(z.looseObject({ key: z.string(), value: AnyValue }))
  .nullish()
  .transform((list): Attributes => {
    const attributes = (list ?? []).slice(0, MAX_ATTRIBUTES);
    return Object.fromEntries(
      attributes.flatMap(({ key, value }) => (value === undefined ? [] : [[nameText(key), value]])),
    );
  });

const Resource = z
  .looseObject({ attributes: AttributeList })
  .nullish()
  .transform((resource) => resource?.attributes ?? {});

const Scope = z
  .looseObject({ name: z.string().default('') })
  .nullish()
  .transform((scope) => nameText(scope?.name ?? ''));

const Nanos = Integer.nullish().transform((nanos) => BigInt(nanos ?? 0));
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** Ids are bytes in Protobuf, and hexadecimal in JSON. */
const Id = z
  .union([z.string(), z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex'))])
  .nullish()
  .transform((id) => (id ?? '').slice(0, 64));

type Own = Readonly<{ name: string; time: bigint; attributes: Attributes; own: OtlpRecord['own'] }>;

/** The records of a signal's request, which are grouped by resource and scope. */
const groupedBy = (group: string, inner: string, list: string, record: z.ZodType<readonly Own[]>) =>
  z
    .object({
      [group]: z
        .array(
          z.looseObject({
            resource: Resource,
            [inner]: z.array(z.looseObject({ scope: Scope, [list]: z.array(record).nullish() })).nullish(),
          }),
        )
        .nullish(),
    })
    .transform((request) => {
      type Scoped = Readonly<{ scope: string } & Record<string, unknown>>;
      type Grouped = Readonly<{ resource: Attributes } & Record<string, unknown>>;
      // The names are parameters, so the compiler does not know the fields by them.
      const groups = ((request as Record<string, unknown>)[group] ?? []) as readonly Grouped[];
      return groups.flatMap(({ resource, ...rest }) =>
        ((rest[inner] ?? []) as readonly Scoped[]).flatMap(({ scope, ...scoped }) =>
          ((scoped[list] ?? []) as readonly (readonly Own[])[])
            .flat()
            .map((own): OtlpRecord => ({ ...own, resource, scope })),
        ),
      );
    });

const LogRecord = z
  .looseObject({
    timeUnixNano: Nanos,
    observedTimeUnixNano: Nanos,
    severityText: text,
    eventName: text,
    body: AnyValue,
    attributes: AttributeList,
    traceId: Id,
    spanId: Id,
  })
  .transform((log): readonly Own[] => [
    {
      name: log.eventName || textOf(log.attributes['event.name']) || textOf(log.body),
      time: log.timeUnixNano || log.observedTimeUnixNano,
      attributes: log.attributes,
      own: { severity: log.severityText, body: textOf(log.body), trace_id: log.traceId, span_id: log.spanId },
    },
  ]);

const Point = z.looseObject({
  attributes: AttributeList,
  timeUnixNano: Nanos,
  startTimeUnixNano: Nanos,
  asDouble: z.union([z.number(), z.string()]).nullish(),
  asInt: Integer.nullish(),
  count: Integer.nullish(),
  sum: z.number().nullish(),
});

const Points = z
  .looseObject({ dataPoints: z.array(Point).nullish(), aggregationTemporality: z.unknown().optional() })
  .nullish();

/** Histograms are kept by their count and sum. */
const Metric = z
  .looseObject({
    name: z.string(),
    unit: text,
    sum: Points,
    gauge: Points,
    histogram: Points,
    exponentialHistogram: Points,
    summary: Points,
  })
  .transform(({ name, unit, ...kinds }): readonly Own[] =>
    ([kinds.sum, kinds.gauge, kinds.histogram, kinds.exponentialHistogram, kinds.summary] as const).flatMap((points) =>
      (points?.dataPoints ?? []).map((point) => ({
        name: nameText(name),
        time: point.timeUnixNano,
        attributes: point.attributes,
        own: {
          unit,
          value: Number(point.asDouble ?? point.asInt ?? point.sum ?? point.count ?? 0),
          ...(point.count == null ? {} : { count: Number(point.count) }),
          start_time: String(point.startTimeUnixNano),
          temporality: points?.aggregationTemporality ?? null,
        },
      })),
    ),
  );

const Span = z
  .looseObject({
    name: z.string(),
    traceId: Id,
    spanId: Id,
    parentSpanId: Id,
    startTimeUnixNano: Nanos,
    endTimeUnixNano: Nanos,
    attributes: AttributeList,
    status: z.looseObject({ code: z.unknown().optional(), message: text }).nullish(),
  })
  .transform((span): readonly Own[] => [
    {
      name: nameText(span.name),
      time: span.startTimeUnixNano,
      attributes: span.attributes,
      own: {
        trace_id: span.traceId,
        span_id: span.spanId,
        parent_span_id: span.parentSpanId,
        end: span.endTimeUnixNano,
        // The code of an error is 2, and STATUS_CODE_ERROR in JSON of some exporters.
        is_error: span.status?.code === 2 || span.status?.code === 'STATUS_CODE_ERROR',
        status_message: span.status?.message ?? '',
      },
    },
  ]);

const REQUESTS = {
  logs: groupedBy('resourceLogs', 'scopeLogs', 'logRecords', LogRecord),
  metrics: groupedBy('resourceMetrics', 'scopeMetrics', 'metrics', Metric),
  traces: groupedBy('resourceSpans', 'scopeSpans', 'spans', Span),
} as const;

const textOf = (value: Attribute | undefined): string => (value === undefined ? '' : String(value));
