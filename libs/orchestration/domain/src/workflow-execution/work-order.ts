import { jsonBytes, type ExecutionId } from '@syntropic/kernel';
import {
  inputsWithTask,
  MAX_ORDER_BYTES,
  type ExecutablePhase,
  type ExecutionEvents,
  type InputPage,
  type WorkOrder,
} from '@syntropic/orchestration/contracts';
import { isWaitedFor } from './waiting-messages';
import { active, type WorkflowTemplate } from '../workflow-template';
import { executablePhases } from './executable-phases';
import { phaseOfSession, refuse, started } from './refusals';
import type { PhaseState } from './phase-state';
import type { WorkflowExecution } from './workflow-execution';

type Started = ExecutionEvents['ExecutionStarted']['data'];

/** The executions in which phases ran that others have taken over, by their ids. */
export type Origins = ReadonlyMap<string, WorkflowExecution>;

const MAX_PAGE_BYTES = 512 * 1024;

/** Ids, numbers and names of fields, beside the parts that authors and clients fill. */
const FIXED_BYTES = 4_096;

/** The template that an execution runs; undefined for one of an older build, which keeps its phases itself. */
export function templateOf(
  execution: WorkflowExecution,
): Readonly<{ workflowId: string; version: number }> | undefined {
  if (execution.status === 'not_started') return undefined;
  const { workflowId, templateVersion: version } = execution.started;
  return version === undefined ? undefined : { workflowId, version };
}

/** The executions whose artifacts an order or a page needs: where phases ran that this execution has taken over. */
export function originIds(execution: WorkflowExecution): readonly ExecutionId[] {
  const phases = execution.status === 'not_started' ? [] : execution.phases;
  return [...new Set(phases.flatMap(({ takenOver }) => takenOver?.executionId ?? []))];
}

/**
 * Everything the runner of this session needs, and as many input files as it has room for.
 * @param template the state of `templateOf` as of its version
 * @param origins the states of `originIds`
 * @throws DomainError `execution.order_too_large`, which only executions of older builds can be
 */
export function workOrderOf(
  execution: WorkflowExecution,
  session: Readonly<{ phaseId: string; sessionId: string }>,
  template: WorkflowTemplate | undefined,
  origins: Origins = new Map(),
): Omit<WorkOrder, 'token'> {
  const now = started(execution);
  const { definition, sessionId, attempt, leg, checkpoint } = phaseOfSession(now, session);
  const phaseBy = wholePhases(now.started, template);
  const order = {
    ...requestOf(now.started),
    ...instructionsOf(phaseBy(definition.phaseId)),
    ...{ sessionId, attempt, leg, ...(checkpoint && { checkpoint }), ...forkFor(now.started, definition.phaseId) },
  };
  const completed = now.phases
    .filter(({ status }) => status === 'completed')
    .map((phase) => ({
      ...earlierPhase(phaseBy(phase.definition.phaseId)),
      artifacts: artifactsOf(phase, origins),
    }));
  const bytes = jsonBytes({ ...order, earlier: completed.map((phase) => ({ ...phase, artifacts: [] })) });
  if (bytes + FIXED_BYTES > MAX_ORDER_BYTES) throw tooLarge(definition.phaseId);
  const earlier = withFiles(completed, MAX_ORDER_BYTES - FIXED_BYTES - bytes);
  const hasMessages = now.messages.some((message) => isWaitedFor(message, definition.phaseId));
  return { ...order, earlier, ...(hasMessages && { hasMessages }) };
}

/** The files of a completed phase behind the first `skip` ones. */
export function inputPageOf(
  execution: WorkflowExecution,
  { phaseId, skip }: Readonly<{ phaseId: string; skip: number }>,
  origins: Origins = new Map(),
): InputPage {
  const phase = started(execution).phases.find(({ definition }) => definition.phaseId === phaseId);
  if (!phase) throw refuse('phase_not_found', `the execution has no phase ${phaseId}`);

  const rest = artifactsOf(phase, origins).slice(skip);
  const { files } = filesWithin(rest, MAX_PAGE_BYTES);
  // At least one, so that pages come to an end.
  const artifacts = files.length > 0 ? files : rest.slice(0, 1).map(({ path, uri }) => ({ path, uri }));
  return { artifacts, hasMore: artifacts.length < rest.length };
}

/** The artifacts of a phase, from the execution in which it ran. */
function artifactsOf({ takenOver, artifacts }: PhaseState, origins: Origins): PhaseState['artifacts'] {
  if (!takenOver) return artifacts;
  const origin = origins.get(takenOver.executionId);
  const phases = origin === undefined || origin.status === 'not_started' ? [] : origin.phases;
  const ran = phases.find(({ definition }) => definition.phaseId === takenOver.phaseId);
  if (ran?.sessionId !== takenOver.sessionId) throw new Error(`${takenOver.executionId} has no such session`);
  return ran.artifacts;
}

/**
 * Refuses an execution with a phase whose order could not be sent, before anything is recorded.
 * @throws DomainError `execution.order_too_large`
 */
export function refuseUnsendable(execution: Started, phases: readonly ExecutablePhase[]): void {
  const parts = [requestOf(execution), phases.map(earlierPhase), execution.forkOf ?? {}];
  const common = parts.map((part) => jsonBytes(part)).reduce((sum, bytes) => sum + bytes, FIXED_BYTES);
  const largest = phases.find((phase) => common + jsonBytes(instructionsOf(phase)) > MAX_ORDER_BYTES);
  if (largest) throw tooLarge(largest.phaseId);
}

/** Recorded with the execution by older builds, else the template's. */
function wholePhases(
  { phases, provider }: Started,
  template: WorkflowTemplate | undefined,
): (phaseId: string) => ExecutablePhase {
  const whole = template
    ? executablePhases(active(template), provider)
    : phases.filter((phase) => 'timeoutSeconds' in phase);
  const byId = new Map<string, ExecutablePhase>(whole.map((phase) => [phase.phaseId, phase]));
  return (phaseId) => {
    const phase = byId.get(phaseId);
    if (!phase) throw new Error(`the template has no phase ${phaseId}`);
    return phase;
  };
}

const requestOf = ({ executionId, workflowId, inputs, task, repos, repositoryRef, budget }: Started) => ({
  executionId,
  workflowId,
  inputs: inputsWithTask({ inputs, task }),
  task,
  repos: [...repos],
  repositoryRef,
  ...(budget && { isBudgeted: true as const }),
});

/** The kept session with which this phase begins, if it begins with one. */
function forkFor({ forkOf }: Started, ofPhase: string): Pick<WorkOrder, 'fork'> {
  if (forkOf?.phaseId !== ofPhase) return {};
  const { sessionId, uri, entryId, prompt } = forkOf;
  return { fork: { sessionId, uri, entryId, prompt } };
}

const instructionsOf = ({ name, promptTemplate = '', ...definition }: ExecutablePhase) => ({
  phaseId: definition.phaseId,
  phaseName: name,
  agent: definition.agent,
  model: definition.model,
  promptTemplate,
  timeoutSeconds: definition.timeoutSeconds,
  allowedTools: definition.allowedTools,
  maxTokens: definition.maxTokens,
  inputArtifactTypes: definition.inputArtifactTypes,
  outputArtifactTypes: definition.outputArtifactTypes,
});

const earlierPhase = ({ phaseId, outputArtifactTypes }: ExecutablePhase) => ({
  phaseId,
  artifactTypes: [...outputArtifactTypes],
  artifacts: [],
  hasMore: true as const,
});

type File = InputPage['artifacts'][number];

type CompletedPhase = Omit<ReturnType<typeof earlierPhase>, 'artifacts'> & Pick<PhaseState, 'artifacts'>;

function withFiles(phases: readonly CompletedPhase[], room: number): WorkOrder['earlier'] {
  let left = room;
  return phases.map(({ phaseId, artifactTypes, artifacts }) => {
    const { files, bytes } = filesWithin(artifacts, left);
    left -= bytes;
    const isCut = files.length < artifacts.length;
    return { phaseId, artifactTypes, artifacts: files, ...(isCut && { hasMore: true as const }) };
  });
}

/** The first files whose JSON is no larger than that. */
function filesWithin(artifacts: readonly File[], room: number): { files: File[]; bytes: number } {
  const files: File[] = [];
  let bytes = 0;
  for (const { path, uri } of artifacts) {
    const file = { path, uri };
    const size = jsonBytes(file) + 1;
    if (bytes + size > room) break;
    files.push(file);
    bytes += size;
  }
  return { files, bytes };
}

const tooLarge = (phaseId: string) =>
  refuse(
    'order_too_large',
    `inputs, task, repositories and phase ${phaseId} together are larger than ${MAX_ORDER_BYTES / 1_024} KiB`,
    'inputs',
  );
