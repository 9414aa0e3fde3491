import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact } from '@syntropic/artifacts/contracts';
import { DomainError, errorText, UNKNOWN_USAGE, type InputOf, type Lease, type Usage } from '@syntropic/kernel';
import type { CommandClient } from '@syntropic/messaging';
import {
  budget,
  work,
  workflowExecution,
  workspace,
  workspaceIdOf,
  type BudgetVerdict,
  type InputPage,
  type MessageId,
  type MessagePage,
  type WorkOrder,
  type YieldPoint,
} from '@syntropic/orchestration/contracts';
import type { Kept } from '../checkpoints/kept';
import { LeasedCommands } from './leased-commands';
import type { SessionOutcome } from './session-outcome';
import type { UsageReport } from './usage-reports';

const { StartSession, CompleteSession } = agentSession.commands;
const { CreateWorkspace, TerminateWorkspace } = workspace.commands;
const { DeliverMessage, FailPhase, HoldPhase, ParkPhase, ResumePhase, InterruptPhase, ReportLimit } =
  workflowExecution.commands;
const { CreateArtifact } = artifact.commands;
const { ListInputs, ListMessages, NoteCheckpoint, ReleaseWork } = work;
const { ReserveBudget, SettleCall, SettleSession } = budget;
/** Usage is told for so long after the lease was lost: the money was spent. */
const LATE_MS = 60_000;

/** Distinguishes the second form of a command from the first, which was refused under its id. */
const REDUCED = 'reduced';

/** The usage, artifacts and transcript of a session that has ended. */
type SessionAccount = Omit<InputOf<typeof CompleteSession>, 'sessionId' | 'executionId' | keyof SessionOutcome>;

type Sender = Readonly<{ client: CommandClient; runner: string; lease: Lease; leaseLost: AbortSignal }>;

/** The commands that a runner sends about one session. */
export class SessionCommands {
  readonly #runner: string;
  readonly #lease: Lease;
  readonly #commands: LeasedCommands;

  constructor(
    private readonly order: WorkOrder,
    private readonly sender: Sender,
  ) {
    const { client, runner, lease, leaseLost } = sender;
    this.#runner = runner;
    this.#lease = lease;
    this.#commands = new LeasedCommands(client, { runner, executionId: order.executionId, lease, leaseLost });
  }

  startSession(): Promise<void> {
    const { sessionId, executionId, phaseId, workflowId, agent, model, repos } = this.order;
    const session = { sessionId, executionId, phaseId, workflowId, provider: agent.provider, model, repos };
    return this.#commands.send(StartSession, session);
  }

  /** An account that is refused is replaced by the reason of the refusal. */
  async completeSession(outcome: SessionOutcome, account: SessionAccount): Promise<void> {
    const { sessionId, executionId } = this.order;
    const end = { ...outcome, ...(outcome.error !== undefined && { error: errorText(outcome.error) }) };
    await orReduced(
      () => this.#commands.send(CompleteSession, { sessionId, executionId, ...end, ...account }),
      ({ message }) => {
        const said = outcome.error === undefined ? outcome.status : `${outcome.status}: ${outcome.error}`;
        return this.failSession(`its account was refused: ${message}\n${said}`, 'account_refused');
      },
    );
  }

  /** Ends the session with as little as can be said; its phase, where the log knows no such session. */
  async failSession(reason: string, errorType: string): Promise<void> {
    const { sessionId, executionId } = this.order;
    const failure = { error: errorText(reason), errorType, usage: UNKNOWN_USAGE };
    await orReduced(
      () => this.#commands.send(CompleteSession, { sessionId, executionId, status: 'failed', ...failure }, REDUCED),
      () => this.#commands.send(FailPhase, { ...this.#phase(), ...failure }, REDUCED),
    );
  }

  createWorkspace(durationMs: number): Promise<void> {
    const { phaseId, sessionId, agent } = this.order;
    const details = { phaseId, sessionId, backend: agent.isolation, runner: this.#runner, durationMs };
    return this.#commands.send(CreateWorkspace, { ...this.#workspace(), ...details });
  }

  terminateWorkspace(why: InputOf<typeof TerminateWorkspace>['why']): Promise<void> {
    return this.#commands.send(TerminateWorkspace, { ...this.#workspace(), why });
  }

  /** `holdId` distinguishes the holds of one leg. */
  holdPhase(yieldPoint: YieldPoint, holdId: string): Promise<void> {
    return this.#commands.send(HoldPhase, { ...this.#phase(), yieldPoint }, holdId);
  }

  resumePhase(holdId: string): Promise<void> {
    return this.#commands.send(ResumePhase, this.#phase(), holdId);
  }

  async parkPhase(why: InputOf<typeof ParkPhase>['why'], usage: Usage, kept: Kept): Promise<void> {
    const parked = { ...this.#phase(), runner: this.#runner, why, ...kept };
    await orReduced(
      () => this.#commands.send(ParkPhase, { ...parked, usage }),
      () => this.#commands.send(ParkPhase, { ...parked, usage: UNKNOWN_USAGE }, REDUCED),
    );
  }

  /** Asks for a pause of the execution until a limit resets. `limitId` distinguishes the limits of one leg. */
  reportLimit(
    limit: Pick<InputOf<typeof ReportLimit>, 'provider' | 'resetsInSeconds'>,
    limitId: string,
  ): Promise<void> {
    return this.#commands.send(ReportLimit, { ...this.#phase(), ...limit }, limitId);
  }

  /** To be called before the checkpoint is stored. */
  async noteCheckpoint(uri: string): Promise<void> {
    await this.#commands.request(NoteCheckpoint, { executionId: this.order.executionId, uri }, '');
  }

  interruptPhase(): Promise<void> {
    return this.#commands.send(InterruptPhase, { ...this.#phase(), why: 'shutdown' });
  }

  /** With the name of a copy it is another command than that for the bytes without one, which was refused. */
  createArtifact(artifact: InputOf<typeof CreateArtifact>, copy?: string): Promise<void> {
    return this.#commands.send(
      CreateArtifact,
      artifact,
      copy === undefined ? artifact.path : `${copy}/${artifact.path}`,
    );
  }

  /** Files of an earlier phase that had no room in the work order. */
  listInputs(phaseId: WorkOrder['phaseId'], skip: number): Promise<InputPage> {
    const { executionId } = this.order;
    return this.#commands.request(ListInputs, { executionId, phaseId, skip }, `${phaseId}/${skip}`);
  }

  /** `ask` distinguishes the requests for one call. */
  reserveBudget(call: Omit<InputOf<typeof ReserveBudget>, 'executionId'>, ask: number): Promise<BudgetVerdict> {
    const { executionId } = this.order;
    return this.#commands.request(ReserveBudget, { executionId, ...call }, `${ask}`);
  }

  /** Also after the lease was lost. */
  settleCall(call: Omit<InputOf<typeof SettleCall>, 'executionId'>): Promise<void> {
    const { executionId } = this.order;
    const { client } = this.sender;
    const holding = { runner: this.#runner, executionId, lease: this.#lease, leaseLost: AbortSignal.timeout(LATE_MS) };
    return new LeasedCommands(client, holding).send(SettleCall, { executionId, ...call }, call.callId);
  }

  /** Counts the session's usage so far against the budget of its execution. */
  settleSession(report: UsageReport): Promise<void> {
    const { executionId } = this.order;
    return this.#commands.send(SettleSession, { executionId, ...report }, `${report.sequence}`);
  }

  /** `requestId` distinguishes the requests of one leg: messages come while it runs. */
  listMessages(after: MessageId | undefined, requestId: string): Promise<MessagePage> {
    const { executionId, phaseId } = this.order;
    return this.#commands.request(ListMessages, { executionId, phaseId, after }, requestId);
  }

  deliverMessage(messageId: MessageId): Promise<void> {
    return this.#commands.send(DeliverMessage, { ...this.#phase(), messageId }, messageId);
  }

  releaseWork(as: InputOf<typeof ReleaseWork>['as']): Promise<void> {
    return this.#commands.send(ReleaseWork, { ...this.#lease, as });
  }

  #phase() {
    const { executionId, phaseId, sessionId } = this.order;
    return { executionId, phaseId, sessionId };
  }

  #workspace() {
    const { executionId, sessionId, leg } = this.order;
    return { executionId, workspaceId: workspaceIdOf(sessionId, leg) };
  }
}

/** A refusal is final for this form of a statement: the other form follows it. */
async function orReduced(full: () => Promise<void>, reduced: (refusal: DomainError) => Promise<void>): Promise<void> {
  try {
    await full();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await reduced(error);
  }
}
