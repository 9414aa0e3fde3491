import { z } from 'zod';

/** A fact of the execution's domain lane. */
const DomainItem = z.object({
  position: z.int(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  recordedAt: z.string(),
});
export type DomainItem = Readonly<z.infer<typeof DomainItem>>;

/** An observation of its telemetry lane. */
const TelemetryItem = z.object({
  sequence: z.int(),
  type: z.string(),
  time: z.string(),
  sessionId: z.string(),
  phaseId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type TelemetryItem = Readonly<z.infer<typeof TelemetryItem>>;

/** What `live.<executionId>` carries after something was stored: neighbours of one lane. */
const LiveFrame = z.discriminatedUnion('lane', [
  /** `previous` is the position of the execution's event before these; without any, of one that is too large for a message. */
  z.object({ lane: z.literal('domain'), previous: z.int(), events: z.array(DomainItem) }),
  z.object({ lane: z.literal('telemetry'), first: z.int(), events: z.array(TelemetryItem) }),
]);
export type LiveFrame = Readonly<z.infer<typeof LiveFrame>>;

/** `undefined` for what cannot be read: the tables have it. */
export function liveFrameOf(bytes: Uint8Array): LiveFrame | undefined {
  try {
    return LiveFrame.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}
