import { auditCommands, AuditRecords } from '@syntropic/access';
import { context } from '@syntropic/context';
import type { Actor, Command, ReplyOf } from '@syntropic/kernel';
import { deadLetterCommands, DeadLetters, Handles, type Handler } from '@syntropic/messaging';
import { processCommands, ProcessOperator } from '@syntropic/processes';
import { projectionCommands, ProjectionOperator } from '@syntropic/projections';
import { KEY_HANDLERS } from './key.handlers';

const { RetryProjection, ParkEvent, StartRebuild, StopRebuild, AcceptRebuild } = projectionCommands;
const { RetryProcess, ParkProcessEvent } = processCommands;
const { ReplayDeadLetter } = deadLetterCommands;
const { RecordRefusals } = auditCommands;

const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;

@Handles(RetryProjection)
class RetryProjectionHandler implements Handler<typeof RetryProjection> {
  constructor(
    private readonly operator: ProjectionOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof RetryProjection>): Promise<ReplyOf<typeof RetryProjection>> {
    const { data } = command;
    return this.audit.command(command, `projection-${data.projection}`, () => this.operator.retry(data));
  }
}

@Handles(ParkEvent)
class ParkEventHandler implements Handler<typeof ParkEvent> {
  constructor(
    private readonly operator: ProjectionOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof ParkEvent>): Promise<ReplyOf<typeof ParkEvent>> {
    const { data, context } = command;
    return this.audit.command(command, `projection-${data.projection}`, () =>
      this.operator.park(data, nameOf(context.actor)),
    );
  }
}

@Handles(StartRebuild)
class StartRebuildHandler implements Handler<typeof StartRebuild> {
  constructor(
    private readonly operator: ProjectionOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof StartRebuild>): Promise<ReplyOf<typeof StartRebuild>> {
    const { data, context } = command;
    return this.audit.command(command, `projection-${data.projection ?? 'all'}`, () =>
      this.operator.startRebuild(data, nameOf(context.actor)),
    );
  }
}

@Handles(StopRebuild)
class StopRebuildHandler implements Handler<typeof StopRebuild> {
  constructor(
    private readonly operator: ProjectionOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof StopRebuild>): Promise<ReplyOf<typeof StopRebuild>> {
    const { data } = command;
    return this.audit.command(command, `projection-${data.projection}`, () => this.operator.stopRebuild(data));
  }
}

@Handles(AcceptRebuild)
class AcceptRebuildHandler implements Handler<typeof AcceptRebuild> {
  constructor(
    private readonly operator: ProjectionOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof AcceptRebuild>): Promise<ReplyOf<typeof AcceptRebuild>> {
    const { data } = command;
    return this.audit.command(command, `projection-${data.projection}`, () => this.operator.acceptRebuild(data));
  }
}

@Handles(RetryProcess)
class RetryProcessHandler implements Handler<typeof RetryProcess> {
  constructor(
    private readonly operator: ProcessOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof RetryProcess>): Promise<ReplyOf<typeof RetryProcess>> {
    const { data } = command;
    return this.audit.command(command, `process-${data.process}`, () => this.operator.retry(data));
  }
}

@Handles(ParkProcessEvent)
class ParkProcessEventHandler implements Handler<typeof ParkProcessEvent> {
  constructor(
    private readonly operator: ProcessOperator,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof ParkProcessEvent>): Promise<ReplyOf<typeof ParkProcessEvent>> {
    const { data, context } = command;
    return this.audit.command(command, `process-${data.process}`, () =>
      this.operator.park(data, nameOf(context.actor)),
    );
  }
}

@Handles(ReplayDeadLetter)
class ReplayDeadLetterHandler implements Handler<typeof ReplayDeadLetter> {
  constructor(
    private readonly letters: DeadLetters,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof ReplayDeadLetter>): Promise<ReplyOf<typeof ReplayDeadLetter>> {
    const { data } = command;
    return this.audit.command(command, `dead-letter-${data.id}`, () => this.letters.replay(data));
  }
}

@Handles(RecordRefusals)
class RecordRefusalsHandler implements Handler<typeof RecordRefusals> {
  constructor(private readonly audit: AuditRecords) {}

  async execute({ data, context }: Command<typeof RecordRefusals>): Promise<ReplyOf<typeof RecordRefusals>> {
    await this.audit.refused(data.refused, context);
    return { done: true };
  }
}

/** The commands of operators and administrators, for parts of the platform that have stopped and for API keys, and the reports of gateways. */
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
    RecordRefusalsHandler,
    ...KEY_HANDLERS,
  ],
});
