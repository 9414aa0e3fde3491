import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { DeadLetters } from '@syntropic/messaging';
import { ProcessOperator } from '@syntropic/processes';
import { ProjectionOperator } from '@syntropic/projections';
import { Background, hourly, NATS } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';

/** Deletes dead letters that were replayed long ago. */
@Injectable()
class DeadLetterRetention implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly letters: DeadLetters,
  ) {}

  onModuleInit(): void {
    this.background.add(
      'dead letters',
      hourly(() => this.letters.forget()),
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
    DeadLetterRetention,
  ],
  exports: [ProjectionOperator, ProcessOperator, DeadLetters],
})
export class OperatorModule {}
