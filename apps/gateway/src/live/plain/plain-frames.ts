import { Injectable, Logger } from '@nestjs/common';
import { WIRE_EVENTS } from '@syntropic/catalogue/read-model';
import { EventDataFaults, type DomainItem } from '@syntropic/live';
import { z } from 'zod';

/** The clients of unnamed frames read an execution again at this frame, and at few others. */
export const OPERATION = 'OperationRecorded';

/** The data of an unnamed frame. */
export const PlainFrame = z.object({
  type: z.enum(['connected', 'event', 'terminal']),
  event_type: z.enum(['connected', ...new Set([OPERATION, ...WIRE_EVENTS.map(({ name }) => name)])]),
  execution_id: z.string().nullable(),
  data: z.looseObject({}),
  timestamp: z.iso.datetime(),
});
type UnnamedFrame = Readonly<{ data: Readonly<Omit<z.input<typeof PlainFrame>, 'data'> & { data: object }> }>;

type Body = Readonly<Pick<UnnamedFrame['data'], 'type' | 'data' | 'timestamp'> & { name: string }>;

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
  frameOf(event: Omit<DomainItem, 'position'>, executionId: string | null): UnnamedFrame | undefined {
    const declared = BY_TYPE.get(event.type);
    if (!declared) return undefined;

    const { name, isTerminal } = declared;
    const type = isTerminal && executionId !== null ? 'terminal' : 'event';
    return framed(executionId, { type, name, data: declared.dataOf(event, this.#faults), timestamp: event.recordedAt });
  }
}

/** The first frame of each connection. */
export const connectedFrame = (executionId: string | null, data: object): UnnamedFrame =>
  framed(executionId, { type: 'connected', name: 'connected', data, timestamp: new Date().toISOString() });

export const framed = (executionId: string | null, { type, name, data, timestamp }: Body): UnnamedFrame => ({
  data: { type, event_type: name, execution_id: executionId, data, timestamp },
});
