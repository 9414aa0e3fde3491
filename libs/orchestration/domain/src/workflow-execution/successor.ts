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
import { refuse, started as underway } from './refusals';
import { inputsOf, refuseIncapable, refuseUnheld, type Capabilities } from './start-execution';
import { refuseUnsendable } from './work-order';
import type { PhaseState } from './phase-state';
import { evolve, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

type Started = ExecutionEvents['ExecutionStarted']['data'];

/** An execution that another one goes on from. */
export type Source = Exclude<WorkflowExecution, { status: 'not_started' }>;

/** The facts beside the source: its template as of its start, and the abilities of the connected runners. */
export type SourceFacts = Readonly<{ template: WorkflowTemplate | undefined; isCapable: Capabilities }>;

type Succession = SourceFacts &
  Readonly<{
    source: Source;
    /** The phases of the source that are taken over. */
    finished: readonly PhaseState[];
    /** The way in which the execution goes on from its source. */
    lineage: Pick<Started, 'rerunOf' | 'forkOf'>;
  }>;

/**
 * Starts an execution of the source's template version that takes over finished phases of the source. Task, repositories
 * and provider stay as they were, and the limits of the budget as they are; its own ledger begins at nothing.
 */
export function successorOf(
  execution: WorkflowExecution,
  command: Pick<ExecutionCommands['RerunExecution'], 'executionId' | 'sourceId' | 'inputs'>,
  { source, finished, lineage, template, isCapable }: Succession,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);
  if (!template) throw refuse('template_not_recorded', 'an older build started it: start the workflow anew');

  const { started, budget } = source;
  const { executionId, sourceId } = command;
  const ofPhases = executablePhases(active(template), started.provider);
  const isFinished = (phaseId: string) => finished.some(({ definition }) => definition.phaseId === phaseId);
  const toRun = ofPhases.filter(({ phaseId }) => !isFinished(phaseId));
  refuseUnheld(toRun);
  refuseIncapable(toRun, isCapable, lineage.forkOf?.phaseId);

  const asked = { inputs: { ...started.inputs, ...command.inputs }, task: command.inputs['task'] ?? started.task };
  const { task, ...inputs } = inputsOf(asked, active(template));
  const limits = started.budget && { budget: [...budget] };
  const { rerunOf: _, forkOf: __, ...same } = started;
  const data = { ...same, ...limits, executionId, inputs, task, ...lineage };
  refuseUnsendable(data, ofPhases);

  const begun: ExecutionEvent = { type: 'ExecutionStarted', data };
  const phasesTakenOver = finished.map((phase) => takenOverFrom(sourceId, phase));
  return followed(execution, [begun, ...takeOver(underway(evolve(execution, begun)), phasesTakenOver)]);
}

const takeOver = (execution: UnderwayExecution, phases: TakenOverPhase[]): Decision =>
  phases.length === 0 ? [] : [{ type: 'PhasesTakenOver', data: { ...idsOf(execution), phases } }];

/**
 * All phases before the named one.
 * @throws DomainError `execution.phase_not_found`, `execution.phase_not_finished`
 */
export function finishedBefore(phases: readonly PhaseState[], phaseId: string, field: string): readonly PhaseState[] {
  const first = phases.findIndex(({ definition }) => definition.phaseId === phaseId);
  if (first < 0) throw refuse('phase_not_found', `the execution has no phase ${phaseId}`, field);
  const earlier = phases.slice(0, first);
  const open = earlier.find((phase) => !isFinished(phase))?.definition.phaseId;
  if (open === undefined) return earlier;
  throw refuse('phase_not_finished', `phase ${open} comes before ${phaseId} and has not finished`, field);
}

export const isFinished = ({ status }: PhaseState): boolean => status === 'completed';

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

/** The usage of a session as one sum. */
export function usedOf({ byModel, costUsd, costComplete }: Usage): TakenOverPhase['used'] {
  const { totalTokens: _, ...tokens } = tokensOf({ byModel });
  return { ...tokens, costUsd, costComplete };
}
