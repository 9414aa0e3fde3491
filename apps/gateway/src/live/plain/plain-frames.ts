import { Injectable, Logger } from '@nestjs/common';
import { WIRE_EVENTS } from '@syntropic/catalogue/read-model';
import { EventDataFaults, type DomainItem } from '@syntropic/live';
import type { StreamFrame } from '../event-stream-text';

type Body = Readonly<{ type: 'connected' | 'event' | 'terminal'; name: string; data: object; timestamp: string }>;

const BY_TYPE = new Map(WIRE_EVENTS.map((event) => [event.type, event]));

export const ACTIVITY_TYPES = WIRE_EVENTS.filter(({ isActivity }) => isActivity).map(({ type }) => type);

/** Makes unnamed frames of the events that their contexts declare for these clients. */
@Injectable()
export class PlainFrames {
  readonly #logger = new Logger(PlainFrames.name);
  readonly #faults = new EventDataFaults((message, error) => {
    this.#logger.warn(message, { error });
  });

  /** The frame of an event; `undefined` for an event that these clients do not know. `executionId` is null on the feed of all executions. */
  frameOf(event: Omit<DomainItem, 'position'>, executionId: string | null): StreamFrame | undefined {
    const declared = BY_TYPE.get(event.type);
    if (!declared) return undefined;

    const { name, isTerminal } = declared;
    const type = isTerminal && executionId !== null ? 'terminal' : 'event';
    return framed(executionId, { type, name, data: declared.dataOf(event, this.#faults), timestamp: event.recordedAt });
  }
}

/** The first frame of each connection. */
export const connectedFrame = (executionId: string | null, data: object): StreamFrame =>
  framed(executionId, { type: 'connected', name: 'connected', data, timestamp: new Date().toISOString() });

export const framed = (executionId: string | null, { type, name, data, timestamp }: Body): StreamFrame => ({
  data: { type, event_type: name, execution_id: executionId, data, timestamp },
});
