import { Injectable } from '@nestjs/common';
import { TelemetryReader } from '@syntropic/telemetry';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { EventPage } from './session-views';

/** Half of an answer: JSON of an operation may be longer than the data of its event. */
const MAX_PAGE_BYTES = MAX_ANSWER_BYTES / 2;

/** Reads the telemetry of sessions in pages that fit into an answer. */
@Injectable()
export class SessionEvents {
  constructor(private readonly telemetry: TelemetryReader) {}

  /** @param after the sequence number of the last event of the page before */
  async page(sessionId: string, after: number, limit: number): Promise<EventPage> {
    const [events, totals] = await Promise.all([
      this.telemetry.bySessionAfter(sessionId, { after, limit, maxBytes: MAX_PAGE_BYTES }),
      this.telemetry.sessionTotals(sessionId),
    ]);
    const last = events.at(-1)?.sequence ?? null;
    const rest =
      last === null ? [] : await this.telemetry.bySessionAfter(sessionId, { after: last, limit: 1, maxBytes: 0 });
    return { events, total: totals?.events ?? events.length, next: rest.length > 0 ? last : null };
  }
}
