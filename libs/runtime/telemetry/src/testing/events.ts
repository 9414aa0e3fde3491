import { derivedUuid } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { TelemetryEvent } from '../telemetry-event';

/** An ordinary event. */
export const anEvent = (own: Partial<TelemetryEvent> = {}): TelemetryEvent => ({
  id: randomUUID(),
  type: 'agent_output',
  time: new Date().toISOString(),
  sessionId: 'a-session',
  executionId: 'exec-000000000001',
  phaseId: 'plan',
  data: { text: 'hello' },
  ...own,
});

/** An event whose id derives from its arguments. */
export const theEvent = (executionId: string, sessionId: string, number: number, data: TelemetryEvent['data']) =>
  anEvent({
    id: derivedUuid('00000000-0000-5000-8000-000000000000', executionId, sessionId, number),
    executionId,
    sessionId,
    data,
  });

export const anExecutionId = (): string => `exec-${randomUUID().slice(-12)}`;
