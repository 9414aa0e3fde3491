import type { ExecutionCommands, ExecutionEvents } from '@syntropic/orchestration/contracts';
import type { Decision } from './continuation';
import { refuse, wrongState } from './refusals';
import { finishedBefore, isFinished, successorOf, type Source, type SourceFacts } from './successor';
import type { PhaseState } from './phase-state';
import type { WorkflowExecution } from './workflow-execution';

type RerunOf = NonNullable<ExecutionEvents['ExecutionStarted']['data']['rerunOf']>;
type EndedSource = Source & Readonly<{ status: RerunOf['status'] }>;

/**
 * Starts an execution that takes over finished phases of the source, and runs the others. Completed phases never change, so an
 * interrupted source that is retried later is harmless.
 * @throws DomainError `execution.has_not_ended`, `execution.phase_not_finished`, `execution.nothing_to_rerun`, …
 */
export function rerunExecution(
  execution: WorkflowExecution,
  command: ExecutionCommands['RerunExecution'],
  source: WorkflowExecution,
  facts: SourceFacts,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);
  const ended = rerunnable(source);
  const finished = finishedOf(ended.phases, command.fromPhase);
  const rerunOf = { executionId: command.sourceId, status: ended.status };
  return successorOf(execution, command, { ...facts, source: ended, finished, lineage: { rerunOf } });
}

function rerunnable(source: WorkflowExecution): EndedSource {
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
function finishedOf(phases: readonly PhaseState[], fromPhase: string | undefined): readonly PhaseState[] {
  if (fromPhase !== undefined) return finishedBefore(phases, fromPhase, 'from_phase');
  const finished = phases.filter(isFinished);
  if (finished.length < phases.length) return finished;
  throw refuse('nothing_to_rerun', 'every phase has finished: name the one to begin with', 'from_phase');
}
