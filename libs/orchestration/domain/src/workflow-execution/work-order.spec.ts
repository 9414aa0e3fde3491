import { ArtifactId, jsonBytes, NO_USAGE, PhaseId, type ProducedFile } from '@syntropic/kernel';
import { MAX_ORDER_BYTES, workflowExecution } from '@syntropic/orchestration/contracts';
import { begun, everything, history, inSession, lastQueued, start, stateAfter, template } from '../testing/steps';
import { completePhase } from './phases';
import { startExecution } from './start-execution';
import { inputPageOf, workOrderOf } from './work-order';
import { WorkflowExecution } from './aggregate';

const { CompletePhase } = workflowExecution.commands;
const FILES = 1_000;

const files: readonly ProducedFile[] = Array.from({ length: FILES }, (_, index) => ({
  artifactId: ArtifactId.parse(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
  path: `${String(index).padStart(6, '0')}/${'é'.repeat(250)}`,
  sha256: '0'.repeat(64),
  sizeBytes: Number.MAX_SAFE_INTEGER,
  uri: `s3://bucket/${'0'.repeat(64)}`,
}));
const names = (order: readonly { readonly path: string }[]) => order.map(({ path }) => path);

const withFiles = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  completePhase(state, CompletePhase.schema.parse({ ...inSession(state, phaseId), usage: NO_USAGE, artifacts: files }));

const phases = Array.from({ length: 9 }, (_, index) => PhaseId.parse(`phase-${index}`));
const workflow = template(...phases.map((phaseId): [PhaseId] => [phaseId]));

/** All but the last of nine phases are done, each with a thousand files. */
const most = history(workflow, ...phases.slice(0, -1).flatMap((phaseId) => [begun(phaseId), withFiles(phaseId)]));
const last = PhaseId.parse('phase-8');

describe('nine phases of a thousand files', () => {
  const state = stateAfter(most);
  const order = workOrderOf(state, { phaseId: last, sessionId: lastQueued(most, last)?.data.sessionId ?? '' });

  it('have a work order that one message carries, with all phases and the first files', () => {
    expect(jsonBytes(order)).toBeLessThan(MAX_ORDER_BYTES);
    expect(order.earlier).toMatchObject(phases.slice(0, -1).map((phaseId) => ({ phaseId })));
    expect(order.earlier[0]?.artifacts).toHaveLength(FILES);
    expect(order.earlier[0]).not.toHaveProperty('hasMore');
    expect(order.earlier.at(-1)).toMatchObject({ artifacts: [], hasMore: true });
  });

  it('are listed in pages, each file once and in order', () => {
    for (const { phaseId, artifacts, hasMore } of order.earlier) {
      const listed = names(artifacts);
      for (let more: boolean | undefined = hasMore; more;) {
        const page = inputPageOf(state, { phaseId, skip: listed.length });
        expect(jsonBytes(page)).toBeLessThan(MAX_ORDER_BYTES);
        listed.push(...names(page.artifacts));
        more = page.hasMore;
      }
      expect(listed).toEqual(names(files));
    }
  });

  it('end with a summary that names the first thousand, and counts all', () => {
    const [, completed] = withFiles(last)(stateAfter([...most, ...begun(last)(state)]));

    expect(completed).toMatchObject({ type: 'ExecutionCompleted', data: { artifactCount: 9 * FILES } });
    expect(completed).toHaveProperty('data.artifactIds.length', 1_000);
  });
});

describe('a page of input files', () => {
  it('is refused for a phase that the execution has not', () => {
    const state = stateAfter(most);
    expect(() => inputPageOf(state, { phaseId: 'none', skip: 0 })).toThrow('the execution has no phase none');
  });

  it('behind the last file is empty', () => {
    expect(inputPageOf(stateAfter(most), { phaseId: 'phase-0', skip: FILES })).toEqual({
      artifacts: [],
      hasMore: false,
    });
  });
});

describe('an execution', () => {
  const asked = (task: string) => ({ ...start, task });
  const started = (task: string) => startExecution(WorkflowExecution.initial, asked(task), workflow, everything);

  it('is refused when the order of a phase would be larger than a message', () => {
    // The text counts twice: as the task, and as the input of that name.
    expect(() => started('x'.repeat(500_000))).toThrow(/phase phase-0 together are larger than 960 KiB/);
    expect(() => started('\u0001'.repeat(90_000))).toThrow(/larger than 960 KiB/);
  });

  it('is accepted with what its orders have room for', () => {
    const events = started('x'.repeat(480_000));
    const [queued] = events.slice(-1);
    if (queued?.type !== 'PhaseQueued') throw new Error('no phase was queued');

    expect(jsonBytes(workOrderOf(stateAfter(events), queued.data))).toBeLessThan(MAX_ORDER_BYTES);
  });

  it('of an older build that cannot be sent has no order', () => {
    const events = history(workflow).map((event) =>
      event.type === 'ExecutionStarted' ? { ...event, data: { ...event.data, task: 'x'.repeat(1_000_000) } } : event,
    );
    const session = {
      phaseId: 'phase-0',
      sessionId: lastQueued(events, PhaseId.parse('phase-0'))?.data.sessionId ?? '',
    };
    expect(() => workOrderOf(stateAfter(events), session)).toThrow(/larger than 960 KiB/);
  });
});
