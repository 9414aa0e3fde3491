import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { SERVICE_NAMES } from '@syntropic/stack';
import { ClientObserver } from './client-observer';
import { expectDenseLog, expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { leftoverProcesses } from './leftover-processes';
import { useStore } from './store';
import { completeWithRetries, TOOL_CALLS, toolCalls, twoPhaseWorkflow } from './two-phase-workflow';

const platform = usePlatform();
const store = useStore(platform);

describe('a service that is killed in the middle of an execution', () => {
  beforeAll(() => platform.createWorkflow(twoPhaseWorkflow('victim')));

  it.each(SERVICE_NAMES)(
    '%s: the execution completes, nothing is lost or duplicated, no process is left',
    async (name) => {
      const id = await platform.execute('victim');
      const client = new ClientObserver(platform, id);
      await client.waitFor('tool_execution_completed');
      const killed = await platform.execution(id);

      await platform.kill(name);
      const interruptions = await completeWithRetries(platform, id);

      expect(interruptions).toBe(name === 'agent-runner' ? 1 : 0);
      expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
      await expectDenseLog(store());
      await eventually(async () => {
        expect(await toolCalls(platform, id)).toEqual([TOOL_CALLS, TOOL_CALLS]);
      });
      const { tool_call_count } = await platform.execution(id);
      if (interruptions > 0) expect(tool_call_count).toBeGreaterThan(2 * TOOL_CALLS);
      const sessions = [killed, await platform.execution(id)].flatMap(({ phases }) => phases);
      await eventually(() => leftoverProcesses(sessions.flatMap(({ session_id }) => session_id ?? [])).length === 0);
    },
  );
});
