import { z } from 'zod';

/** One domain event of an execution. */
const DomainItem = z.object({
  position: z.int(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  recordedAt: z.string(),
});
export type DomainItem = Readonly<z.infer<typeof DomainItem>>;

/** One telemetry event of an execution. */
const TelemetryItem = z.object({
  sequence: z.int(),
  type: z.string(),
  time: z.string(),
  sessionId: z.string(),
  phaseId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type TelemetryItem = Readonly<z.infer<typeof TelemetryItem>>;

/** Neighbouring events of one numbering, published after they were stored. Unknown fields are ignored: readers may be older than writers. */
export const LiveFrame = z.discriminatedUnion('lane', [
  /** `previous` is the position of the execution's event before these. Without events it points at one too large for a message. */
  z.object({ lane: z.literal('domain'), previous: z.int(), events: z.array(DomainItem).readonly() }),
  /** `first` is the sequence number of the first event. */
  z.object({ lane: z.literal('telemetry'), first: z.int(), events: z.array(TelemetryItem).readonly() }),
]);
export type LiveFrame = Readonly<z.infer<typeof LiveFrame>>;

type FaultKind = 'not_json' | 'unknown_lane' | 'malformed';

/** A frame that does not follow the contract. */
export class LiveFrameFault extends Error {
  override readonly name = 'LiveFrameFault';

  constructor(
    readonly kind: FaultKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const liveSubject = (executionId: string): string => `live.${executionId}`;

/** @throws LiveFrameFault */
export const encodeLiveFrame = (frame: LiveFrame): string => JSON.stringify(parsed(frame));

/** @throws LiveFrameFault */
export const decodeLiveFrame = (bytes: Uint8Array): LiveFrame => parsed(jsonIn(bytes));

function parsed(value: unknown): LiveFrame {
  const { data, error } = LiveFrame.safeParse(value);
  if (data) return data;
  const kind = error.issues.some(({ code }) => code === 'invalid_union') ? 'unknown_lane' : 'malformed';
  throw new LiveFrameFault(kind, z.prettifyError(error), { cause: error });
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw new LiveFrameFault('not_json', 'the message is not JSON', { cause });
  }
}
