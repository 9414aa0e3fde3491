import { Global, Module } from '@nestjs/common';
import { DeadLetters } from '@syntropic/messaging';
import { ProcessOperator } from '@syntropic/processes';
import { ProjectionOperator } from '@syntropic/projections';
import { Background, hourly, NATS } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';

/** The services behind operators' commands. */
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
  ],
  exports: [ProjectionOperator, ProcessOperator, DeadLetters],
})
export class OperatorModule {
  constructor(background: Background, letters: DeadLetters) {
    background.add(
      'dead letters',
      hourly(() => letters.forget()),
    );
  }
}
