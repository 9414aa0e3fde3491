import { Module } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DeadLetters, ReplayDeadLetter } from '@syntropic/messaging';
import { ParkProcessEvent, ProcessOperator, RetryProcess } from '@syntropic/processes';
import { ParkEvent, ProjectionOperator, RetryProjection } from '@syntropic/projections';
import { Background, everyHour, NATS } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';

/** Nothing here has a place in the log, so each answers only that it is done. */
const DONE = { done: true };

@CommandHandler(RetryProjection)
class RetryProjectionHandler implements ICommandHandler<RetryProjection> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute(command: RetryProjection): Promise<object> {
    await this.operator.retry(command);
    return DONE;
  }
}

@CommandHandler(ParkEvent)
class ParkEventHandler implements ICommandHandler<ParkEvent> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute(command: ParkEvent): Promise<object> {
    const { kind, id } = command.context.actor;
    await this.operator.park(command, `${kind}:${id}`);
    return DONE;
  }
}

@CommandHandler(RetryProcess)
class RetryProcessHandler implements ICommandHandler<RetryProcess> {
  constructor(private readonly operator: ProcessOperator) {}

  async execute(command: RetryProcess): Promise<object> {
    await this.operator.retry(command);
    return DONE;
  }
}

@CommandHandler(ParkProcessEvent)
class ParkProcessEventHandler implements ICommandHandler<ParkProcessEvent> {
  constructor(private readonly operator: ProcessOperator) {}

  async execute(command: ParkProcessEvent): Promise<object> {
    const { kind, id } = command.context.actor;
    await this.operator.park(command, `${kind}:${id}`);
    return DONE;
  }
}

@CommandHandler(ReplayDeadLetter)
class ReplayDeadLetterHandler implements ICommandHandler<ReplayDeadLetter> {
  constructor(private readonly letters: DeadLetters) {}

  async execute(command: ReplayDeadLetter): Promise<object> {
    await this.letters.replay(command);
    return DONE;
  }
}

/** The commands by which operators end standstills. */
@Module({
  providers: [
    RetryProjectionHandler,
    ParkEventHandler,
    RetryProcessHandler,
    ParkProcessEventHandler,
    ReplayDeadLetterHandler,
    { provide: ProjectionOperator, inject: [Pool], useFactory: (pool: Pool) => new ProjectionOperator(pool) },
    { provide: ProcessOperator, inject: [Pool], useFactory: (pool: Pool) => new ProcessOperator(pool) },
    {
      provide: DeadLetters,
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) => new DeadLetters(pool, nats, 'command-service'),
    },
  ],
})
export class OperatorModule {
  constructor(background: Background, letters: DeadLetters) {
    background.add(
      'dead letters',
      everyHour(() => letters.forget()),
    );
  }
}
