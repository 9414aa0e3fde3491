import { domainFrameData } from './domain-frame';
import type { StreamFrame } from './event-stream-text';
import type { LiveEvent } from './live-event';

/** How one kind of client is told events. */
export interface StreamForm {
  /** Its frames have ids, with which a client goes on after an interruption. */
  readonly hasIds: boolean;
  /** The frames of an event, without their ids; none for an event that this kind of client does not know. */
  framesOf(event: LiveEvent, executionId: string): readonly StreamFrame[];
}

/** Frames that are named after their events. */
export const NAMED_FRAMES: StreamForm = {
  hasIds: true,
  framesOf: (event) => [frameOf(event)],
};

function frameOf(event: LiveEvent): StreamFrame {
  if (event.lane === 'totals') return { event: event.event, data: event.data };
  if (event.lane === 'domain') return { event: event.item.type, data: domainFrameData(event.item) };
  const { type, data, sessionId, phaseId, time } = event.item;
  return { event: type, data: { ...data, session_id: sessionId, phase_id: phaseId, time } };
}
