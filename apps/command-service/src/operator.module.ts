import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { AuditRecords } from '@syntropic/access';
import { DeadLetters } from '@syntropic/messaging';
import { ProcessOperator } from '@syntropic/processes';
import { ProjectionOperator } from '@syntropic/projections';
import { Background, hourly, NATS } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { QuarantineReplays } from './quarantine/quarantine-replays';

/** Deletes dead letters that were replayed long ago, and old records of the audit. */
@Injectable()
class OperatorRetention implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly letters: DeadLetters,
    private readonly audit: AuditRecords,
  ) {}

  onModuleInit(): void {
    this.background.add(
      'dead letters',
      hourly(() => this.letters.forget()),
    );
    this.background.add(
      'audit records',
      hourly(() => this.audit.forget()),
    );
  }
}

/** Dependencies of the handlers of operators' commands. */
@Global()
@Module({
  providers: [
    { provide: ProjectionOperator, inject: [Pool], useFactory: (pool: Pool) => new ProjectionOperator(pool) },
    { provide: ProcessOperator, inject: [Pool], useFactory: (pool: Pool) => new ProcessOperator(pool) },
    {
      provide: DeadLetters,
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) => new DeadLetters(pool, nats, 'command-service'),
    },
    {
      provide: QuarantineReplays,
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) => new QuarantineReplays(pool, nats),
    },
    { provide: AuditRecords, inject: [Pool], useFactory: (pool: Pool) => new AuditRecords(pool) },
    OperatorRetention,
  ],
  exports: [ProjectionOperator, ProcessOperator, DeadLetters, QuarantineReplays, AuditRecords],
})
export class OperatorModule {}
