import { Injectable } from '@nestjs/common';
import { InjectLog } from '@syntropic/service';
import type { Logger } from 'pino';

@Injectable()
export class RunnerLog {
  constructor(@InjectLog() private readonly log: Logger) {}

  info(fields: object, message: string): void {
    this.log.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.log.warn(fields, message);
  }

  /** A fault that ends neither the runner nor its other sessions. */
  fault(error: unknown): void {
    this.log.warn({ error }, 'the runner continues after a fault');
  }
}
