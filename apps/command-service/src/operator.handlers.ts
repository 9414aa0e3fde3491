import { quarantineCommands } from '@syntropic/agent-sessions/contracts';
import { ApiKeys, auditCommands, AuditRecords, keyCommands } from '@syntropic/access';
import { context } from '@syntropic/context';
import type { Command, ReplyOf } from '@syntropic/kernel';
import { deadLetterCommands, DeadLetters, Handles, type Handler } from '@syntropic/messaging';
import { processCommands, ProcessOperator } from '@syntropic/processes';
import { projectionCommands, ProjectionOperator } from '@syntropic/projections';
import { audited } from './audited-handler';
import { QuarantineReplays } from './quarantine/quarantine-replays';

const { RetryProjection, ParkEvent, StartRebuild, StopRebuild, AcceptRebuild } = projectionCommands;
const { RetryProcess, ParkProcessEvent } = processCommands;
const { ReplayDeadLetter } = deadLetterCommands;
const { ReplayQuarantined, ReplayQuarantine } = quarantineCommands;
const { CreateKey, RotateKey, RevokeKey } = keyCommands;
const { RecordRefusals } = auditCommands;

const readModel = ({ projection = 'all' }: Readonly<{ projection?: string | undefined }>) => `projection-${projection}`;
const processOf = ({ process }: Readonly<{ process: string }>) => `process-${process}`;
const letterOf = ({ id }: Readonly<{ id: string }>) => `dead-letter-${id}`;
const setApart = ({ id }: Readonly<{ id: string }>) => `quarantine-${id}`;
const kindOf = ({ reason }: Readonly<{ reason: string }>) => `quarantine-${reason}`;
const keyOf = ({ keyId }: Readonly<{ keyId: string }>) => keyId;

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
    audited(RetryProjection, ProjectionOperator, readModel, (operator, data) => operator.retry(data)),
    audited(ParkEvent, ProjectionOperator, readModel, (operator, data, by) => operator.park(data, by)),
    audited(StartRebuild, ProjectionOperator, readModel, (operator, data, by) => operator.startRebuild(data, by)),
    audited(StopRebuild, ProjectionOperator, readModel, (operator, data) => operator.stopRebuild(data)),
    audited(AcceptRebuild, ProjectionOperator, readModel, (operator, data) => operator.acceptRebuild(data)),
    audited(RetryProcess, ProcessOperator, processOf, (operator, data) => operator.retry(data)),
    audited(ParkProcessEvent, ProcessOperator, processOf, (operator, data, by) => operator.park(data, by)),
    audited(ReplayDeadLetter, DeadLetters, letterOf, (letters, { id }) => letters.replay({ id })),
    audited(ReplayQuarantined, QuarantineReplays, setApart, (replays, data) => replays.one(data)),
    audited(ReplayQuarantine, QuarantineReplays, kindOf, (replays, data) => replays.ofKind(data)),
    audited(CreateKey, ApiKeys, keyOf, (keys, data, by) => keys.create(data, by)),
    audited(RotateKey, ApiKeys, keyOf, (keys, data, by) => keys.rotate(data, by)),
    audited(RevokeKey, ApiKeys, keyOf, (keys, data, by) => keys.revoke(data, by)),
    RecordRefusalsHandler,
  ],
});
