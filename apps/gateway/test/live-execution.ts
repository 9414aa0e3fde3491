import type { Event } from '@syntropic/kernel';
import { encodeLiveFrame, liveSubject, type LiveFrame } from '@syntropic/live';
import type { TelemetryEvent } from '@syntropic/telemetry';
import { randomUUID } from 'node:crypto';
import { anExecutionId, factsOf } from './facts';
import type { useGateway } from './gateway.fixture';

/** A running execution. The spec records its events, and publishes their live frames or does not. */
export async function anExecutionOf(gateway: ReturnType<typeof useGateway>) {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const stream = `execution-${executionId}`;
  let last = (await gateway.record(stream, [facts.started], executionId)).position;
  return {
    executionId,
    facts,
    /** Records a domain event, and answers its live frame. */
    async record({ type, data }: Event, inStream = stream): Promise<LiveFrame> {
      const { position } = await gateway.record(inStream, [{ type, data }], executionId);
      const item = { position, type, data: { ...data }, recordedAt: new Date().toISOString() };
      const frame = { lane: 'domain', previous: last, events: [item] } as const;
      last = position;
      return frame;
    },
    /** Stores a telemetry event, and answers its live frame. */
    async observe(type: string, data: TelemetryEvent['data'] = {}): Promise<LiveFrame> {
      const { sessionId } = facts;
      const event = { type, time: new Date().toISOString(), sessionId, phaseId: 'plan', data };
      const [stored] = await gateway.observe({ id: randomUUID(), executionId, ...event });
      const sequence = stored?.sequence ?? 0;
      return { lane: 'telemetry', first: sequence, events: [{ sequence, ...event }] };
    },
    publish(frame: LiveFrame): void {
      gateway.nats.publish(liveSubject(executionId), encodeLiveFrame(frame));
    },
    /** Publishes a text that is no live frame. */
    publishText(text: string): void {
      gateway.nats.publish(liveSubject(executionId), text);
    },
  };
}
