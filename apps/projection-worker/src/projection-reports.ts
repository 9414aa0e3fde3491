import { Injectable } from '@nestjs/common';
import { announceOver, type CheckpointAnnouncement } from '@syntropic/projections';
import { InjectLog, InjectNats } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { LiveFeed } from './live-feed';

/** Tells of progress on the bus and of faults in the log. */
@Injectable()
export class ProjectionReports {
  constructor(
    @InjectNats() private readonly nats: NatsConnection,
    @InjectLog() private readonly log: Logger,
    private readonly feed: LiveFeed,
  ) {}

  advanced(checkpoints: readonly CheckpointAnnouncement[]): void {
    announceOver(this.nats)(checkpoints);
    this.feed.advanced(checkpoints);
  }

  fault(message: string, error: unknown): void {
    this.log.warn({ error }, message);
  }
}
