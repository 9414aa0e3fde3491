import root from '@opentelemetry/otlp-transformer/build/src/generated/root';
import { BufferReader, Writer } from 'protobufjs/minimal';
import { Unreadable } from '../unreadable';

/** The signals of OTLP, by the names in their paths. */
export const OTLP_SIGNALS = ['logs', 'metrics', 'traces'] as const;
export type OtlpSignal = (typeof OTLP_SIGNALS)[number];

/** A message that the official definitions of OTLP were compiled to. */
type Message = Readonly<{
  decode: (reader: BufferReader) => object;
  toObject: (message: object, options: object) => unknown;
  fromObject: (value: object) => object;
  encode: (message: object) => Writer;
}>;
type Service = Readonly<{ v1: Readonly<Record<string, Message>> }>;

// The package declares its root without the messages in it.
const { logs, metrics, trace } = (
  root as unknown as {
    opentelemetry: { proto: { collector: Readonly<Record<'logs' | 'metrics' | 'trace', Service>> } };
  }
).opentelemetry.proto.collector;

/** @throws when the package has no such message */
function the({ v1 }: Service, name: string): Message {
  const message = v1[name];
  if (!message) throw new Error(`the definitions of OTLP have no ${name}`);
  return message;
}

const MESSAGES = {
  logs: { request: the(logs, 'ExportLogsServiceRequest'), response: the(logs, 'ExportLogsServiceResponse') },
  metrics: {
    request: the(metrics, 'ExportMetricsServiceRequest'),
    response: the(metrics, 'ExportMetricsServiceResponse'),
  },
  traces: { request: the(trace, 'ExportTraceServiceRequest'), response: the(trace, 'ExportTraceServiceResponse') },
} as const;

/** Tags and lengths in a message: each may make an object of many times its size. */
const MAX_FIELDS = 1_000_000;

/** Stops a message that would become too many objects. */
class BoundedReader extends BufferReader {
  #fields = 0;

  override uint32(): number {
    if (++this.#fields > MAX_FIELDS) throw new Unreadable(`the body has more than ${MAX_FIELDS} fields`);
    return super.uint32();
  }
}

/** A request in Protobuf as it would be in JSON. @throws Unreadable */
export function otlpMessage(signal: OtlpSignal, bytes: Uint8Array): unknown {
  const { request } = MESSAGES[signal];
  try {
    const reader = new BoundedReader(bytes);
    // A message of many levels makes the decoder call itself too often.
    return request.toObject(request.decode(reader), { longs: String, enums: Number });
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`the body is no Protobuf of OTLP: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A request in Protobuf, from its fields as the definitions of OTLP name them; ids are bytes. */
export function otlpRequestBytes(signal: OtlpSignal, message: object): Uint8Array {
  const { request } = MESSAGES[signal];
  return request.encode(request.fromObject(message)).finish();
}

/** The field of a partial success in which a signal counts what was rejected. */
const REJECTED = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints', traces: 'rejectedSpans' } as const;

/** The answer to a request, some records of which may have been rejected. */
export function otlpResponse(signal: OtlpSignal, rejected: number, errorMessage: string) {
  return rejected === 0 ? {} : { partialSuccess: { [REJECTED[signal]]: String(rejected), errorMessage } };
}

/** The same in Protobuf. */
export function otlpResponseBytes(signal: OtlpSignal, rejected: number, errorMessage: string): Uint8Array {
  const { response } = MESSAGES[signal];
  const partial = { partialSuccess: { [REJECTED[signal]]: rejected, errorMessage } };
  return response.encode(response.fromObject(rejected === 0 ? {} : partial)).finish();
}

/** An error in Protobuf, as `google.rpc.Status`: its message is field 2. */
export const otlpStatus = (message: string): Uint8Array => Writer.create().uint32(18).string(message).finish();
