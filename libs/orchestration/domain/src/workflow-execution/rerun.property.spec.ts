import { addUsage, DomainError, NO_USAGE } from '@syntropic/kernel';
import { workflowExecution, type WorkflowDefinition } from '@syntropic/orchestration/contracts';
import fc from 'fast-check';
import { randomSteps } from '../testing/random-steps';
import { begun, held, history, paused, plan, resumed, thawed, two, types } from '../testing/steps';
import {
  accounts,
  begin,
  ended,
  hasLost,
  predecessors,
  randomWorkflow,
  rerun,
  stateOf,
  walk,
  type Facts,
} from '../testing/random-walk';

/** The first phase to run, by its index; `undefined` leaves it to the decision. */
const randomPhase = fc.option(fc.nat(4), { nil: undefined });

/** Some facts need rare steps: walks of each run's own would now and then miss one. */
const ALWAYS_THE_SAME = { numRuns: 300, seed: 1 };

type Rerun = Readonly<{ source: Facts; fromPhase: string | undefined; history: Facts }>;

/** Runs an execution, a rerun of it, and a rerun of that; `check` sees each rerun that is not refused. */
function rerunTwice(
  check: (rerun: Rerun, definition: WorkflowDefinition, all: readonly Facts[]) => void,
  parameters: Readonly<{ numRuns: number; seed?: number }> = { numRuns: 200 },
) {
  const stepsOfEach = fc.tuple(randomSteps, randomSteps, randomSteps);
  let reruns = 0;
  fc.assert(
    fc.property(
      randomWorkflow,
      stepsOfEach,
      fc.tuple(randomPhase, randomPhase),
      (definition, [steps, ...later], from) => {
        const all: Facts[] = [ended(walk(begin(definition), steps))];
        for (const [index, next] of from.entries()) {
          const source = all.at(-1) ?? [];
          const fromPhase = next === undefined ? undefined : definition.phases[next]?.phaseId;
          const decided = rerun(source, definition, index + 1, fromPhase);
          if (decided instanceof DomainError) {
            expectRefusal(decided, source, fromPhase);
            return;
          }
          const history = walk(decided, later[index] ?? []);
          all.push(ended(history));
          check({ source, fromPhase, history }, definition, all);
          reruns++;
        }
      },
    ),
    parameters,
  );
  expect(reruns).toBeGreaterThan(100);
}

function expectRefusal({ code }: DomainError, source: Facts, fromPhase: string | undefined): void {
  const unfinished = phasesOf(source).filter(({ status }) => status !== 'completed');
  if (fromPhase === undefined) {
    expect([code, unfinished]).toEqual(['execution.nothing_to_rerun', []]);
    return;
  }
  expect(code).toBe('execution.phase_not_finished');
  expect(unfinished[0]?.definition.phaseId).not.toBe(fromPhase);
}

function phasesOf(history: Facts) {
  const state = stateOf(history);
  return state.status === 'not_started' ? [] : state.phases;
}

const takenOver = (history: Facts) =>
  history.flatMap(({ type, data }) => (type === 'PhasesTakenOver' ? data.phases : []));

describe('a rerun, under random commands', () => {
  it('takes over phases that the source has finished: those before the named one, else all', () => {
    rerunTwice(({ source, fromPhase, history }) => {
      const phases = phasesOf(source);
      const first = phases.findIndex(({ definition }) => definition.phaseId === fromPhase);
      const expected =
        fromPhase === undefined ? phases.filter(({ status }) => status === 'completed') : phases.slice(0, first);
      expect(takenOver(history).map(({ phaseId }) => phaseId)).toEqual(
        expected.map((phase) => phase.definition.phaseId),
      );
    });
  });

  it('refers to the session that completed the phase, in the execution in which it ran', () => {
    rerunTwice(({ history }, _, all) => {
      const completed = all
        .flat()
        .flatMap(({ type, data }) =>
          type === 'PhaseCompleted' ? [`${data.executionId} ${data.phaseId} ${data.sessionId}`] : [],
        );
      const references = takenOver(history).map((phase) => `${phase.executionId} ${phase.phaseId} ${phase.sessionId}`);
      expect(completed).toEqual(expect.arrayContaining(references));
    });
  });

  it('runs no phase again that it has taken over, and none before those ahead of it', () => {
    rerunTwice(({ history }, definition) => {
      const ahead = predecessors(definition);
      const finished: string[] = takenOver(history).map(({ phaseId }) => phaseId);
      for (const { type, data } of history) {
        if (type === 'PhaseQueued') {
          expect(finished).not.toContain(data.phaseId);
          expect(finished).toEqual(expect.arrayContaining([...(ahead.get(data.phaseId) ?? [])]));
        }
        if (type === 'PhaseCompleted') finished.push(data.phaseId);
        if (type === 'ExecutionCompleted') expect(finished).toHaveLength(definition.phases.length);
      }
    });
  });

  it('counts what its own sessions used, and nothing of the others', () => {
    rerunTwice((_, __, all) => {
      const history = all.at(-1) ?? [];
      const last = history.at(-1);
      if (last?.type !== 'ExecutionCompleted' && last?.type !== 'ExecutionCancelled') return;
      const total = accounts(history).reduce(addUsage, NO_USAGE);
      expect(last.data.usage).toEqual(hasLost(history) ? { ...total, costComplete: false } : total);
    });
  });

  it('and the executions before it can come to every fact there is', () => {
    // Few random walks resume an agent that is held.
    const resumedOne = history(two, begun(plan), paused, held(plan), resumed, thawed(plan));
    const told = new Set<string>(types(resumedOne));
    const tell = (_: unknown, __: unknown, all: readonly Facts[]) => {
      for (const { type } of all.flat()) told.add(type);
    };
    rerunTwice(tell, ALWAYS_THE_SAME);
    expect([...told].sort()).toEqual([...Object.keys(workflowExecution.events)].sort());
  });
});
