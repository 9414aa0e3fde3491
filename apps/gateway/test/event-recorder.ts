import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import type { Event } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

/** Appends events in place of the command service. */
export class EventRecorder {
  readonly #versions = new Map<string, number>();

  constructor(private readonly pool: Pool) {}

  /** `minPosition` is the position of the last event as a client writes it. */
  async record(stream: string, events: readonly Event[], executionId?: string) {
    const id = randomUUID();
    const outcome = await new EventAppender(this.pool).append({
      stream,
      expected: this.#versions.get(stream) ?? 0,
      events,
      context: {
        commandId: id,
        correlationId: id,
        causationId: id,
        actor: { kind: 'service', id: 'spec' },
        bodyHash: '',
        ...(executionId && { executionId }),
      },
    });
    if (outcome.is !== 'appended') throw new Error(`not appended: ${outcome.is}`);
    this.#versions.set(stream, outcome.version);
    const { epoch } = await new PostgresEventLog(this.pool).head();
    return { position: outcome.position, minPosition: `${epoch}.${outcome.position}` };
  }
}
