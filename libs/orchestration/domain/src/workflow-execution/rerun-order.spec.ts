import { ArtifactId, jsonBytes, NO_USAGE, PhaseId, type ProducedFile } from '@syntropic/kernel';
import { MAX_ORDER_BYTES, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { begun, broken, everything, history, inSession, lastQueued, stateAfter, template } from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { completePhase } from './phases';
import { rerunExecution } from './rerun-execution';
import { inputPageOf, originIds, workOrderOf } from './work-order';

const { CompletePhase, RerunExecution } = workflowExecution.commands;

const files: readonly ProducedFile[] = Array.from({ length: 1_000 }, (_, index) => ({
  artifactId: ArtifactId.parse(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
  path: `${String(index).padStart(6, '0')}/${'é'.repeat(250)}`,
  sha256: '0'.repeat(64),
  sizeBytes: 1,
  uri: `s3://bucket/${'0'.repeat(64)}`,
}));
const withFiles = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  completePhase(state, CompletePhase.schema.parse({ ...inSession(state, phaseId), usage: NO_USAGE, artifacts: files }));

const phases = Array.from({ length: 9 }, (_, index) => PhaseId.parse(`phase-${index}`));
const last = PhaseId.parse('phase-8');
const workflow = template(...phases.map((phaseId): [PhaseId] => [phaseId]));
const source = history(
  workflow,
  ...phases.slice(0, -1).flatMap((phaseId) => [begun(phaseId), withFiles(phaseId)]),
  begun(last),
  broken(last),
);

const rerunOf = (events: readonly ExecutionEvent[], executionId: string) =>
  rerunExecution(
    WorkflowExecution.initial,
    RerunExecution.schema.parse({ executionId, sourceId: events[0]?.data.executionId, fromPhase: last }),
    stateAfter(events),
    { template: workflow.state, isCapable: everything },
  );

const first = rerunOf(source, 'exec-000000000001');
const second = rerunOf([...first, failureOf(first)], 'exec-000000000002');

function failureOf([started]: readonly ExecutionEvent[]): ExecutionEvent {
  const end = source.at(-1);
  if (end?.type !== 'ExecutionFailed' || !started) throw new Error('the source has not failed');
  return { ...end, data: { ...end.data, executionId: started.data.executionId } };
}

describe.each([
  ['a rerun', first],
  ['a rerun of a rerun', second],
])('%s that takes over eight phases of a thousand files', (_, events) => {
  const state = stateAfter(events);
  const ids = originIds(state);
  const origins = new Map([[ids[0] ?? '', stateAfter(source)]]);
  const sessionId = lastQueued(events, last)?.data.sessionId ?? '';
  const order = workOrderOf(state, { phaseId: last, sessionId }, workflow.state, origins);

  it('has small events, which refer to the execution in which the phases ran', () => {
    expect(ids).toEqual([source[0]?.data.executionId]);
    expect(jsonBytes(events)).toBeLessThan(8_192);
    expect(JSON.stringify(events)).not.toContain('s3://bucket');
  });

  it('finds their files in its order and in pages', () => {
    expect(jsonBytes(order)).toBeLessThan(MAX_ORDER_BYTES);
    expect(order.earlier).toHaveLength(8);
    const named = new Map(order.earlier.map(({ phaseId, artifacts }) => [phaseId, artifacts.length]));
    expect(named.get(PhaseId.parse('phase-0'))).toBe(files.length);

    for (const { phaseId, artifacts, hasMore } of order.earlier) {
      const listed = artifacts.map(({ path }) => path);
      for (let more: boolean | undefined = hasMore; more;) {
        const page = inputPageOf(state, { phaseId, skip: listed.length }, origins);
        listed.push(...page.artifacts.map(({ path }) => path));
        more = page.hasMore;
      }
      expect(listed).toEqual(files.map(({ path }) => path));
    }
  });

  it('names the artifacts of its own phases only when it ends', () => {
    const own = [begun(last), withFiles(last)].reduce(
      (before, step) => [...before, ...step(stateAfter(before))],
      [...events],
    );
    expect(own.at(-1)).toMatchObject({
      type: 'ExecutionCompleted',
      data: { completedPhases: 9, artifactIds: files.map(({ artifactId }) => artifactId), usage: NO_USAGE },
    });
    expect(own.at(-1)).not.toHaveProperty('data.artifactCount');
  });
});

it('A lost history of the origin is a fault, and no order without files', () => {
  const sessionId = lastQueued(first, last)?.data.sessionId ?? '';
  expect(() => workOrderOf(stateAfter(first), { phaseId: last, sessionId }, workflow.state)).toThrow('no such session');
});
