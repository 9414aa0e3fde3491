import { CompleteSession, StartSession } from '@syntropic/agent-sessions/contracts';
import { CreateArtifact } from '@syntropic/artifacts/contracts';
import type { Lease, Usage } from '@syntropic/kernel';
import type { CommandClient } from '@syntropic/messaging';
import {
  CreateWorkspace,
  HoldPhase,
  InterruptPhase,
  ParkPhase,
  ReleaseWork,
  TerminateWorkspace,
  workspaceIdOf,
  type WorkOrder,
  type YieldPoint,
} from '@syntropic/orchestration/contracts';
import type { z } from 'zod';
import { LeasedCommands } from './leased-commands';
import type { SessionOutcome } from './session-outcome';

type DataOf<C extends { schema: z.ZodType }> = z.input<C['schema']>;

/** The usage, artifacts and transcript of a session that has ended. */
type SessionAccount = Omit<DataOf<typeof CompleteSession>, 'sessionId' | 'executionId' | keyof SessionOutcome>;

type Sender = Readonly<{ client: CommandClient; runner: string; lease: Lease; leaseLost: AbortSignal }>;

/** The commands that a runner sends about one session. */
export class SessionCommands {
  readonly #runner: string;
  readonly #lease: Lease;
  readonly #commands: LeasedCommands;

  constructor(
    private readonly order: WorkOrder,
    { client, runner, lease, leaseLost }: Sender,
  ) {
    this.#runner = runner;
    this.#lease = lease;
    this.#commands = new LeasedCommands(client, { runner, executionId: order.executionId, lease, leaseLost });
  }

  startSession(): Promise<void> {
    const { sessionId, executionId, phaseId, workflowId, agent, model, repos } = this.order;
    const session = { sessionId, executionId, phaseId, workflowId, provider: agent.provider, model, repos };
    return this.#commands.send('agent-sessions', StartSession, session);
  }

  completeSession(outcome: SessionOutcome, account: SessionAccount): Promise<void> {
    const { sessionId, executionId } = this.order;
    return this.#commands.send('agent-sessions', CompleteSession, { sessionId, executionId, ...outcome, ...account });
  }

  createWorkspace(durationMs: number): Promise<void> {
    const { phaseId, sessionId, agent } = this.order;
    const details = { phaseId, sessionId, backend: agent.isolation, runner: this.#runner, durationMs };
    return this.#commands.send('orchestration', CreateWorkspace, { ...this.#workspace(), ...details });
  }

  terminateWorkspace(why: DataOf<typeof TerminateWorkspace>['why']): Promise<void> {
    return this.#commands.send('orchestration', TerminateWorkspace, { ...this.#workspace(), why });
  }

  /** `holdId` distinguishes the holds of one leg. */
  holdPhase(yieldPoint: YieldPoint, holdId: string): Promise<void> {
    return this.#commands.send('orchestration', HoldPhase, { ...this.#phase(), yieldPoint }, holdId);
  }

  parkPhase(why: DataOf<typeof ParkPhase>['why'], usage: Usage): Promise<void> {
    return this.#commands.send('orchestration', ParkPhase, { ...this.#phase(), runner: this.#runner, why, usage });
  }

  interruptPhase(): Promise<void> {
    return this.#commands.send('orchestration', InterruptPhase, { ...this.#phase(), why: 'shutdown' });
  }

  createArtifact(artifact: DataOf<typeof CreateArtifact>): Promise<void> {
    return this.#commands.send('artifacts', CreateArtifact, artifact, artifact.path);
  }

  releaseWork(as: DataOf<typeof ReleaseWork>['as']): Promise<void> {
    return this.#commands.send('work', ReleaseWork, { ...this.#lease, as });
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
