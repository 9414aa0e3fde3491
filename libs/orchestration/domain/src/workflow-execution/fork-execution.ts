import type { ExecutionCommands, ForkOf } from '@syntropic/orchestration/contracts';
import type { Decision } from './continuation';
import { refuse } from './refusals';
import { finishedBefore, successorOf, usedOf, type Source, type SourceFacts } from './successor';
import type { PhaseState } from './phase-state';
import type { WorkflowExecution } from './workflow-execution';

type ForkExecution = ExecutionCommands['ForkExecution'];

/** Agents whose conversation can go on from a point before its end. */
const FROM_ANY_POINT: readonly string[] = ['claude'];

/**
 * Starts an execution that takes over the phases before one of the source, and begins that one with the kept session of the source.
 * @throws DomainError `execution.session_not_kept`, `execution.cannot_fork`, `execution.phase_not_finished`, …
 */
export function forkExecution(
  execution: WorkflowExecution,
  command: ForkExecution,
  source: WorkflowExecution,
  facts: SourceFacts,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);
  if (source.status === 'not_started') throw refuse('not_found', 'execution not found');
  const phase = phaseToFork(source, command);
  const forkOf = forkOfSession(phase, command);
  const finished = finishedBefore(source.phases, phase.definition.phaseId, 'phase');
  return successorOf(execution, command, { ...facts, source, finished, lineage: { forkOf } });
}

/** The named phase, else the last one whose session was kept. */
function phaseToFork({ phases }: Source, { phaseId }: ForkExecution): PhaseState {
  if (phaseId === undefined) {
    const last = phases.findLast(({ kept }) => kept);
    if (last) return last;
    throw notKept(`no phase has kept its session: ${HOW_TO_KEEP}`);
  }
  const phase = phases.find(({ definition }) => definition.phaseId === phaseId);
  if (!phase) throw refuse('phase_not_found', `the execution has no phase ${phaseId}`, 'phase');
  return phase;
}

function forkOfSession(phase: PhaseState, { sourceId, at, prompt }: ForkExecution): ForkOf {
  const { definition, usage } = phase;
  const { phaseId, agent } = definition;
  const { sessionId, uri } = keptSession(phase);
  if (at && !FROM_ANY_POINT.includes(agent.provider)) {
    throw refuse('cannot_fork', `${agent.provider} goes on from the end of a conversation alone`, 'at');
  }
  if (at && at.sessionId !== sessionId) throw refuse('stale_session', `phase ${phaseId} has another session now`, 'at');
  return {
    executionId: sourceId,
    phaseId,
    sessionId,
    uri,
    ...(at && { entryId: at.entryId }),
    ...(prompt !== undefined && { prompt }),
    used: at?.used ?? usedOf(usage),
  };
}

function keptSession({ definition: { phaseId }, sessionId, kept, takenOver }: PhaseState) {
  if (takenOver) throw notKept(`phase ${phaseId} ran in ${takenOver.executionId}: fork that execution`);
  if (!kept || !sessionId) throw notKept(`phase ${phaseId} has not kept its session: ${HOW_TO_KEEP}`);
  if ('error' in kept) throw notKept(`the session of phase ${phaseId} could not be kept: ${kept.error}`);
  return { sessionId, uri: kept.uri };
}

const HOW_TO_KEEP = 'its agent needs `keep_session: true`, and the session must have ended';

const notKept = (why: string) => refuse('session_not_kept', why, 'phase');
