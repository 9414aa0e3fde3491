import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import type { ServiceName } from '@syntropic/stack';
import { ClientObserver } from './client-observer';
import { expectDenseLog, expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { leftoverProcesses } from './leftover-processes';
import { Replica } from './replica';
import { useStore } from './store';
import { completeWithRetries, twoPhaseWorkflow } from './two-phase-workflow';

const platform = usePlatform({ environment: () => ({ RUNNER_SLOTS: '1' }) });
const store = useStore(platform);
const REPLICATED: readonly ServiceName[] = ['command-service', 'projection-worker', 'observability-collector'];

const observedExecution = async (workflowId = 'shared') => {
  const id = await platform.execute(workflowId);
  return { id, client: new ClientObserver(platform, id) };
};

describe('two of a service', () => {
  beforeAll(() => platform.createWorkflow(twoPhaseWorkflow('shared')));

  it.each(REPLICATED)('%s: either instance may die, work goes on and nothing is done twice', async (name) => {
    const second = await Replica.of(platform, name);
    try {
      const { id, client } = await observedExecution();
      await client.waitFor('tool_execution_completed');
      await platform.kill(name);
      await client.waitFor('PhaseCompleted');
      await second.kill();

      expect(await completeWithRetries(platform, id)).toBe(0);
      expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
      await expectDenseLog(store());
    } finally {
      await second.kill();
    }
  });

  it('agent-runner: each has its own work; that of a dead one is interrupted, and the retry runs on the other', async () => {
    // Agents that still work when both have begun and one is killed, on a busy machine too.
    await platform.createWorkflow(twoPhaseWorkflow('slow', 600));
    const second = await Replica.of(platform, 'agent-runner');
    try {
      const both = [await observedExecution('slow'), await observedExecution('slow')];
      for (const { client } of both) await client.waitFor('tool_execution_completed');
      const sessions = await Promise.all(
        both.map(async ({ id }) => (await platform.execution(id)).phases[0]?.session_id ?? ''),
      );
      await second.kill();

      const interruptions = await Promise.all(both.map(({ id }) => completeWithRetries(platform, id)));
      expect(interruptions.sort()).toEqual([0, 1]);
      await eventually(() => leftoverProcesses(sessions).length === 0);
      for (const { id, client } of both) {
        expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
      }
    } finally {
      await second.kill();
    }
  });
});
