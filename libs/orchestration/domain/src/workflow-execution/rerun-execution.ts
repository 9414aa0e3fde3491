import { tokensOf, type ExecutionId, type Usage } from '@syntropic/kernel';
import type {
  ExecutionCommands,
  ExecutionEvent,
  ExecutionEvents,
  TakenOverPhase,
} from '@syntropic/orchestration/contracts';
import { active, type WorkflowTemplate } from '../workflow-template';
import { followed, idsOf, type Decision } from './continuation';
import { executablePhases } from './executable-phases';
import { refuse, started as underway, wrongState } from './refusals';
import { inputsOf, refuseIncapable, refuseUnheld, type Capabilities } from './start-execution';
import { refuseUnsendable } from './work-order';
import { evolve, type PhaseState, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

type RerunOf = NonNullable<ExecutionEvents['ExecutionStarted']['data']['rerunOf']>;
type Source = Exclude<WorkflowExecution, { status: 'not_started' }> & Readonly<{ status: RerunOf['status'] }>;

/** The facts beside the source: its template as of its start, and the abilities of the connected runners. */
export type RerunFacts = Readonly<{ template: WorkflowTemplate | undefined; isCapable: Capabilities }>;

/**
 * Starts an execution of the source's template version that takes over finished phases of the source. Task, repositories
 * and provider stay as they were, and the limits of the budget as they are; its own ledger begins at nothing. Completed phases never change, so an interrupted source that is retried later is harmless.
 * @throws DomainError `execution.has_not_ended`, `execution.phase_not_finished`, `execution.nothing_to_rerun`, …
 */
export function rerunExecution(
  execution: WorkflowExecution,
  command: ExecutionCommands['RerunExecution'],
  source: WorkflowExecution,
  { template, isCapable }: RerunFacts,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);
  const { status, started, phases, budget } = rerunnable(source);
  if (!template) throw refuse('template_not_recorded', 'an older build started it: start the workflow anew');

  const { executionId, sourceId, fromPhase } = command;
  const finished = finishedBefore(phases, fromPhase);
  const ofPhases = executablePhases(active(template), started.provider);
  const isFinished = (phaseId: string) => finished.some(({ definition }) => definition.phaseId === phaseId);
  const toRun = ofPhases.filter(({ phaseId }) => !isFinished(phaseId));
  refuseUnheld(toRun);
  refuseIncapable(toRun, isCapable);

  const asked = { inputs: { ...started.inputs, ...command.inputs }, task: command.inputs['task'] ?? started.task };
  const { task, ...inputs } = inputsOf(asked, active(template));
  const rerunOf = { executionId: sourceId, status };
  const limits = started.budget && { budget: [...budget] };
  const data = { ...started, ...limits, executionId, inputs, task, rerunOf };
  refuseUnsendable(data, ofPhases);

  const begun: ExecutionEvent = { type: 'ExecutionStarted', data };
  const phasesTakenOver = finished.map((phase) => takenOverFrom(sourceId, phase));
  return followed(execution, [begun, ...takeOver(underway(evolve(execution, begun)), phasesTakenOver)]);
}

const takeOver = (execution: UnderwayExecution, phases: TakenOverPhase[]): Decision =>
  phases.length === 0 ? [] : [{ type: 'PhasesTakenOver', data: { ...idsOf(execution), phases } }];

function rerunnable(source: WorkflowExecution): Source {
  switch (source.status) {
    case 'not_started':
      throw refuse('not_found', 'execution not found');
    case 'running':
    case 'paused':
      throw wrongState('has_not_ended', source.status);
    case 'interrupted':
    case 'completed':
    case 'failed':
    case 'cancelled':
      return source;
  }
}

/** The phases to take over: all before the named one, else all that have finished. */
function finishedBefore(phases: readonly PhaseState[], fromPhase: string | undefined): readonly PhaseState[] {
  if (fromPhase === undefined) {
    const finished = phases.filter(isFinished);
    if (finished.length < phases.length) return finished;
    throw refuse('nothing_to_rerun', 'every phase has finished: name the one to begin with', 'from_phase');
  }

  const first = phases.findIndex(({ definition }) => definition.phaseId === fromPhase);
  if (first < 0) throw refuse('phase_not_found', `the execution has no phase ${fromPhase}`, 'from_phase');
  const earlier = phases.slice(0, first);
  const open = earlier.find((phase) => !isFinished(phase))?.definition.phaseId;
  if (open === undefined) return earlier;
  throw refuse('phase_not_finished', `phase ${open} comes before ${fromPhase} and has not finished`, 'from_phase');
}

const isFinished = ({ status }: PhaseState): boolean => status === 'completed';

/** A phase that the source had taken over itself refers to where it ran. */
function takenOverFrom(executionId: ExecutionId, phase: PhaseState): TakenOverPhase {
  const { definition, sessionId, attempt, artifacts, usage } = phase;
  if (phase.takenOver) return phase.takenOver;
  if (!sessionId) throw new Error(`phase ${definition.phaseId} was completed by no session`);
  const [first] = artifacts;
  return {
    phaseId: definition.phaseId,
    executionId,
    sessionId,
    attempt,
    ...(first && { artifactId: first.artifactId }),
    used: usedOf(usage),
  };
}

function usedOf({ byModel, costUsd, costComplete }: Usage): TakenOverPhase['used'] {
  const { totalTokens: _, ...tokens } = tokensOf({ byModel });
  return { ...tokens, costUsd, costComplete };
}
