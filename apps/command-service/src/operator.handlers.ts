import { context } from '@syntropic/context';
import type { Command, ReplyOf } from '@syntropic/kernel';
import { deadLetterCommands, DeadLetters, Handles, type Handler } from '@syntropic/messaging';
import { processCommands, ProcessOperator } from '@syntropic/processes';
import { projectionCommands, ProjectionOperator } from '@syntropic/projections';
import { KEY_HANDLERS } from './key.handlers';

const { RetryProjection, ParkEvent, StartRebuild, StopRebuild, AcceptRebuild } = projectionCommands;
const { RetryProcess, ParkProcessEvent } = processCommands;
const { ReplayDeadLetter } = deadLetterCommands;

/** These commands change no stream, so each answers only that it is done. */
const DONE = { done: true } as const;

@Handles(RetryProjection)
class RetryProjectionHandler implements Handler<typeof RetryProjection> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute({ data }: Command<typeof RetryProjection>): Promise<ReplyOf<typeof RetryProjection>> {
    await this.operator.retry(data);
    return DONE;
  }
}

@Handles(ParkEvent)
class ParkEventHandler implements Handler<typeof ParkEvent> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute({ data, context: { actor } }: Command<typeof ParkEvent>): Promise<ReplyOf<typeof ParkEvent>> {
    await this.operator.park(data, `${actor.kind}:${actor.id}`);
    return DONE;
  }
}

@Handles(StartRebuild)
class StartRebuildHandler implements Handler<typeof StartRebuild> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute({ data, context: { actor } }: Command<typeof StartRebuild>): Promise<ReplyOf<typeof StartRebuild>> {
    await this.operator.startRebuild(data, `${actor.kind}:${actor.id}`);
    return DONE;
  }
}

@Handles(StopRebuild)
class StopRebuildHandler implements Handler<typeof StopRebuild> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute({ data }: Command<typeof StopRebuild>): Promise<ReplyOf<typeof StopRebuild>> {
    await this.operator.stopRebuild(data);
    return DONE;
  }
}

@Handles(AcceptRebuild)
class AcceptRebuildHandler implements Handler<typeof AcceptRebuild> {
  constructor(private readonly operator: ProjectionOperator) {}

  async execute({ data }: Command<typeof AcceptRebuild>): Promise<ReplyOf<typeof AcceptRebuild>> {
    await this.operator.acceptRebuild(data);
    return DONE;
  }
}

@Handles(RetryProcess)
class RetryProcessHandler implements Handler<typeof RetryProcess> {
  constructor(private readonly operator: ProcessOperator) {}

  async execute({ data }: Command<typeof RetryProcess>): Promise<ReplyOf<typeof RetryProcess>> {
    await this.operator.retry(data);
    return DONE;
  }
}

@Handles(ParkProcessEvent)
class ParkProcessEventHandler implements Handler<typeof ParkProcessEvent> {
  constructor(private readonly operator: ProcessOperator) {}

  async execute({
    data,
    context: { actor },
  }: Command<typeof ParkProcessEvent>): Promise<ReplyOf<typeof ParkProcessEvent>> {
    await this.operator.park(data, `${actor.kind}:${actor.id}`);
    return DONE;
  }
}

@Handles(ReplayDeadLetter)
class ReplayDeadLetterHandler implements Handler<typeof ReplayDeadLetter> {
  constructor(private readonly letters: DeadLetters) {}

  async execute({ data }: Command<typeof ReplayDeadLetter>): Promise<ReplyOf<typeof ReplayDeadLetter>> {
    await this.letters.replay(data);
    return DONE;
  }
}

/** The commands of operators and administrators, for parts of the platform that have stopped and for API keys. */
export const operator = context({
  handlers: [
    RetryProjectionHandler,
    ParkEventHandler,
    StartRebuildHandler,
    StopRebuildHandler,
    AcceptRebuildHandler,
    RetryProcessHandler,
    ParkProcessEventHandler,
    ReplayDeadLetterHandler,
    ...KEY_HANDLERS,
  ],
});
