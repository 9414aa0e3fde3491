import { Injectable } from '@nestjs/common';
import { announceOver, type Announce } from '@syntropic/projections';
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

  readonly advanced: Announce = (checkpoints, stored) => {
    announceOver(this.nats)(checkpoints);
    this.feed.advanced(checkpoints, stored);
  };

  fault(message: string, error: unknown): void {
    this.log.warn({ error }, message);
  }
}
