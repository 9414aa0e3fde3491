import { LiveFrameFaults, type LiveFrameFault } from '@syntropic/live';
import { liveMessagesOf, type NumberedEvent } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';

/** Shows stored events to live streams. */
export class LiveFrames {
  readonly #faults: LiveFrameFaults;

  constructor(
    private readonly nats: NatsConnection,
    onFault: (message: string, fault: LiveFrameFault) => void,
  ) {
    this.#faults = new LiveFrameFaults(onFault);
  }

  publish(stored: readonly NumberedEvent[]): void {
    const { nats } = this;
    const messages = this.#faults.guard(() => liveMessagesOf(stored, nats.info?.max_payload ?? Infinity));
    for (const { subject, data } of messages ?? []) nats.publish(subject, data);
  }
}
