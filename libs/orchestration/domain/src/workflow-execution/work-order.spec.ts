import { ArtifactId, jsonBytes, NO_USAGE, PhaseId, type ProducedFile } from '@syntropic/kernel';
import { MAX_ORDER_BYTES, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import {
  begun,
  build,
  done,
  history,
  inSession,
  lastQueued,
  plan,
  start,
  stateAfter,
  surroundings,
  template,
} from '../testing/steps';
import { active, type WorkflowTemplate } from '../workflow-template';
import { executablePhases } from './executable-phases';
import { completePhase, parkPhase, startPhase } from './phases';
import { startExecution } from './start-execution';
import { inputPageOf, templateOf, workOrderOf } from './work-order';
import { WorkflowExecution } from './aggregate';

const { CompletePhase, ParkPhase, StartPhase } = workflowExecution.commands;
const FILES = 1_000;

const files: readonly ProducedFile[] = Array.from({ length: FILES }, (_, index) => ({
  artifactId: ArtifactId.parse(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
  path: `${String(index).padStart(6, '0')}/${'é'.repeat(250)}`,
  sha256: '0'.repeat(64),
  sizeBytes: Number.MAX_SAFE_INTEGER,
  uri: `s3://bucket/${'0'.repeat(64)}`,
}));
const orderOf = (phaseId: PhaseId, events: readonly ExecutionEvent[], from?: WorkflowTemplate) =>
  workOrderOf(stateAfter(events), { phaseId, sessionId: lastQueued(events, phaseId)?.data.sessionId ?? '' }, from);

const names = (order: readonly { readonly path: string }[]) => order.map(({ path }) => path);

const withFiles = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  completePhase(state, CompletePhase.schema.parse({ ...inSession(state, phaseId), usage: NO_USAGE, artifacts: files }));

const phases = Array.from({ length: 9 }, (_, index) => PhaseId.parse(`phase-${index}`));
const workflow = template(...phases.map((phaseId): [PhaseId] => [phaseId]));

/** All but the last of nine phases are done, each with a thousand files. */
const most = history(workflow, ...phases.slice(0, -1).flatMap((phaseId) => [begun(phaseId), withFiles(phaseId)]));
const last = PhaseId.parse('phase-8');

describe('a parked session', () => {
  it('has its checkpoint in the order of its next leg', () => {
    const checkpoint = { uri: 'sha256:0', sizeBytes: 7 };
    const parkedWith = (state: WorkflowExecution) =>
      parkPhase(
        state,
        ParkPhase.schema.parse({
          ...inSession(state, plan),
          runner: 'r1',
          why: 'shutdown',
          usage: NO_USAGE,
          checkpoint,
        }),
      );
    const two = template([plan], [build]);
    const events = history(two, begun(plan), parkedWith);

    expect(orderOf(plan, events, two.state)).toMatchObject({ leg: 2, checkpoint });
    const state = stateAfter(events);
    const claimed = startPhase(state, StartPhase.schema.parse({ ...inSession(state, plan), runner: 'r2', leg: 2 }));
    expect(orderOf(plan, [...events, ...claimed], two.state)).toMatchObject({ leg: 2, checkpoint });
  });
});

describe('nine phases of a thousand files', () => {
  const state = stateAfter(most);
  const order = workOrderOf(
    state,
    { phaseId: last, sessionId: lastQueued(most, last)?.data.sessionId ?? '' },
    workflow.state,
  );

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
  const started = (task: string) => startExecution(WorkflowExecution.initial, asked(task), workflow, surroundings);

  it('is refused when the order of a phase would be larger than a message', () => {
    // The text counts twice: as the task, and as the input of that name.
    expect(() => started('x'.repeat(500_000))).toThrow(/phase phase-0 together are larger than 960 KiB/);
    expect(() => started('\u0001'.repeat(90_000))).toThrow(/larger than 960 KiB/);
  });

  it('is accepted with what its orders have room for', () => {
    const events = started('x'.repeat(480_000));
    const [queued] = events.slice(-1);
    if (queued?.type !== 'PhaseQueued') throw new Error('no phase was queued');

    expect(jsonBytes(workOrderOf(stateAfter(events), queued.data, workflow.state))).toBeLessThan(MAX_ORDER_BYTES);
  });

  it('repeats no text of its template, and its orders hold them', () => {
    const promptTemplate = 'word '.repeat(50_000);
    const texts = {
      promptTemplate,
      description: promptTemplate,
      allowedTools: ['Bash'],
      outputArtifactTypes: ['text'],
    };
    const large = template([plan, texts], [build, texts]);
    const events = history(large, begun(plan), done(plan));

    const [started] = events;
    expect(started).toMatchObject({ data: { templateVersion: 1, phases: [{ phaseId: plan }, { phaseId: build }] } });
    expect(jsonBytes(started?.data ?? {})).toBeLessThan(1_000);
    expect(orderOf(build, events, large.state)).toMatchObject({
      promptTemplate,
      allowedTools: ['Bash'],
      earlier: [{ phaseId: plan, artifactTypes: ['text'] }],
    });
  });

  it('of an older build holds its phases and its task twice, and has the same orders', () => {
    const large = template([plan, { promptTemplate: 'Plan it.' }], [build, { promptTemplate: 'Build it.' }]);
    const events = history(large, begun(plan), done(plan));
    const older = events.map((event): ExecutionEvent => {
      if (event.type !== 'ExecutionStarted') return event;
      const { templateVersion: _, ...data } = event.data;
      const phases = [...executablePhases(active(large.state), undefined)];
      return { ...event, data: { ...data, inputs: { task: 'x' }, task: 'x', phases } };
    });

    expect(templateOf(stateAfter(older))).toBeUndefined();
    expect(templateOf(stateAfter(events))).toEqual({ workflowId: start.workflowId, version: 1 });
    const order = orderOf(build, events, large.state);
    expect(orderOf(build, older)).toEqual({ ...order, inputs: { task: 'x' }, task: 'x' });
  });

  it('of an older build that cannot be sent has no order', () => {
    const events = history(workflow).map((event) =>
      event.type === 'ExecutionStarted' ? { ...event, data: { ...event.data, task: 'x'.repeat(1_000_000) } } : event,
    );
    const session = {
      phaseId: 'phase-0',
      sessionId: lastQueued(events, PhaseId.parse('phase-0'))?.data.sessionId ?? '',
    };
    expect(() => workOrderOf(stateAfter(events), session, workflow.state)).toThrow(/larger than 960 KiB/);
  });
});
