import type { Event } from '@syntropic/kernel';
import type { TelemetryEvent } from '@syntropic/telemetry';
import { randomUUID } from 'node:crypto';
import { anExecutionId, factsOf } from './facts';
import type { useGateway } from './use-gateway';

/** An execution under way, with what happens to it and what the bus says about it in the spec's hands. */
export async function anExecutionOf(gateway: ReturnType<typeof useGateway>) {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const stream = `execution-${executionId}`;
  let last = (await gateway.record(stream, [facts.started], executionId)).position;
  return {
    executionId,
    facts,
    /** Records facts, and answers the frame that tells of them. */
    async happen(event: Event, inStream = stream) {
      const { position } = await gateway.record(inStream, [event], executionId);
      const frame = {
        lane: 'domain',
        previous: last,
        events: [{ position, type: event.type, data: event.data, recordedAt: new Date().toISOString() }],
      };
      last = position;
      return frame;
    },
    async observe(type: string, data: TelemetryEvent['data'] = {}) {
      const [event] = await gateway.observe({
        id: randomUUID(),
        type,
        time: new Date().toISOString(),
        sessionId: facts.sessionId,
        executionId,
        phaseId: 'plan',
        data,
      });
      return { lane: 'telemetry', first: event?.sequence ?? 0, events: [event] };
    },
    tell(frame: object): void {
      gateway.nats.publish(`live.${executionId}`, JSON.stringify(frame));
    },
  };
}
