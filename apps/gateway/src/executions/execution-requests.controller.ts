import { Controller } from '@nestjs/common';
import { derivedUuid, DomainError, ExecutionId, executionIdOf } from '@syntropic/kernel';
import { amountOf, BudgetKind, MessageId, workflowExecution } from '@syntropic/orchestration/contracts';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import {
  approvePhase,
  cancelExecution,
  changeBudget,
  forkExecution,
  injectMessage,
  interruptExecution,
  pauseExecution,
  rejectPhase,
  rerunExecution,
  resumeExecution,
  retryExecution,
} from './execution-requests.endpoints';
import { EXECUTION } from './execution-lookup';
import { ForkPoints } from './fork-points';
import type { ExecutionRequestReply } from './execution-requests.dto';

const {
  ApprovePhase,
  CancelExecution,
  ChangeBudget,
  ForkExecution,
  InjectMessage,
  InterruptExecution,
  PauseExecution,
  RejectPhase,
  RerunExecution,
  ResumeExecution,
  RetryExecution,
} = workflowExecution.commands;

type ExecutionRequest = Pick<ApiRequest<typeof retryExecution>, 'params' | 'minPosition'>;

@Controller(API_PREFIXES)
export class ExecutionRequestsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
    private readonly points: ForkPoints,
  ) {}

  @Serve(pauseExecution)
  pause(request: ApiRequest<typeof pauseExecution>) {
    const reason = request.body?.reason ?? undefined;
    return this.#request(request, 'pause', (executionId) =>
      this.commands.send(request, PauseExecution, { executionId, reason }),
    );
  }

  @Serve(resumeExecution)
  resume(request: ApiRequest<typeof resumeExecution>) {
    return this.#request(request, 'resume', (executionId) =>
      this.commands.send(request, ResumeExecution, { executionId }),
    );
  }

  @Serve(cancelExecution)
  cancel(request: ApiRequest<typeof cancelExecution>) {
    const reason = request.body?.reason ?? undefined;
    return this.#request(request, 'cancel', (executionId) =>
      this.commands.send(request, CancelExecution, { executionId, reason }),
    );
  }

  @Serve(changeBudget)
  budget(request: ApiRequest<typeof changeBudget>) {
    const { on_exceeded: onExceeded, ...numbers } = request.body;
    const limits = BudgetKind.options.flatMap((kind) => {
      const number = numbers[kind];
      return number === undefined ? [] : [{ kind, limit: number === null ? null : amountOf(number), onExceeded }];
    });
    return this.#request(request, 'budget', (executionId) =>
      this.commands.send(request, ChangeBudget, { executionId, limits }),
    );
  }

  @Serve(interruptExecution)
  interrupt(request: ApiRequest<typeof interruptExecution>) {
    const reason = request.body?.reason ?? undefined;
    return this.#request(request, 'interrupt', (executionId) =>
      this.commands.send(request, InterruptExecution, { executionId, reason }),
    );
  }

  @Serve(retryExecution)
  retry(request: ApiRequest<typeof retryExecution>) {
    return this.#request(request, 'retry', (executionId) =>
      this.commands.send(request, RetryExecution, { executionId }),
    );
  }

  @Serve(rerunExecution)
  async rerun(request: ApiRequest<typeof rerunExecution>): Promise<ReplyOf<typeof rerunExecution>> {
    const { executionId: sourceId } = await this.#target(request);
    const executionId = executionIdOf(request.origin.commandId);
    const { from_phase, inputs = {} } = request.body ?? {};
    try {
      await this.commands.send(request, RerunExecution, {
        executionId,
        sourceId,
        fromPhase: from_phase ?? undefined,
        inputs,
      });
    } catch (error) {
      throw withClientText(error, 'rerun');
    }
    return { execution_id: executionId, rerun_of: sourceId, status: 'started', message: 'Rerun started' };
  }

  @Serve(forkExecution)
  async fork(request: ApiRequest<typeof forkExecution>): Promise<ReplyOf<typeof forkExecution>> {
    const { executionId: sourceId } = await this.#target(request);
    const executionId = executionIdOf(request.origin.commandId);
    const { phase, at, prompt, inputs = {} } = request.body ?? {};
    const point = at == null ? undefined : await this.points.of(sourceId, { phase: phase ?? undefined, at });
    await this.commands.send(request, ForkExecution, {
      executionId,
      sourceId,
      phaseId: phase ?? point?.phaseId,
      at: point?.at,
      prompt: prompt ?? undefined,
      inputs,
    });
    return {
      execution_id: executionId,
      fork_of: { execution_id: sourceId },
      status: 'started',
      message: 'Fork started',
    };
  }

  /** The message's id derives from the command's, so that a repeated request is the same message. */
  @Serve(injectMessage)
  inject(request: ApiRequest<typeof injectMessage>) {
    const { message, role } = request.body;
    const messageId = MessageId.parse(derivedUuid(request.origin.commandId, 'message'));
    return this.#request(request, 'inject', (executionId) =>
      this.commands.send(request, InjectMessage, { executionId, messageId, role, message }),
    );
  }

  @Serve(approvePhase)
  approve(request: ApiRequest<typeof approvePhase>) {
    return this.#request(request, 'approve', (executionId) =>
      this.commands.send(request, ApprovePhase, { executionId, phaseId: request.params.phase_id }),
    );
  }

  @Serve(rejectPhase)
  reject(request: ApiRequest<typeof rejectPhase>) {
    const reason = request.body?.reason ?? undefined;
    return this.#request(request, 'reject', (executionId) =>
      this.commands.send(request, RejectPhase, {
        executionId,
        phaseId: request.params.phase_id,
        reason,
      }),
    );
  }

  async #request(
    request: ExecutionRequest,
    action: string,
    send: (executionId: ExecutionId) => Promise<unknown>,
  ): Promise<ExecutionRequestReply> {
    const { executionId, state } = await this.#target(request);
    try {
      await send(executionId);
    } catch (error) {
      throw withClientText(error, action);
    }
    const message = `The ${action} request was taken`;
    return { success: true, execution_id: executionId, state, message, error: null };
  }

  /** A complete id needs no lookup: an execution can be paused before the read model has it. */
  async #target({ params: { execution_id }, minPosition }: ExecutionRequest) {
    const whole = ExecutionId.safeParse(execution_id);
    if (!whole.success) {
      const row = await this.lookup.find(EXECUTION, execution_id, { minPosition });
      return { executionId: ExecutionId.parse(row.execution_id), state: row.status };
    }
    const row = await this.reads.get(executionProjection, whole.data, { minPosition });
    return { executionId: whole.data, state: row?.status ?? 'unknown' };
  }
}

/** Refusals that name the execution's state get the text that clients expect. */
function withClientText(error: unknown, action: string): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, refusal, field, details } = error;
  if (details?.['state'] === undefined) return error;
  return new DomainError(code, `Cannot ${action} execution in state ${details['state']}`, refusal, { field, details });
}
