import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { ClientObserver } from './client-observer';
import { expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { leftoverProcesses } from './leftover-processes';
import { useStore } from './store';
import { completeWithRetries, twoPhaseWorkflow } from './two-phase-workflow';

const platform = usePlatform();
const store = useStore(platform);

/** Types of the session's events that its runner recorded after it had lost the lease. */
const recordedAfterLeaseLoss = async (sessionId: string): Promise<string[]> => {
  const { rows } = await store().query<{ type: string }>(
    `select type from log.events e
      where data ->> 'sessionId' = $1 and metadata -> 'actor' ->> 'id' like 'runner-%'
        and position > (select position from log.events where type = 'ExecutionInterrupted'
                         and metadata ->> 'executionId' = e.metadata ->> 'executionId')`,
    [sessionId],
  );
  return rows.map(({ type }) => type);
};

describe('a runner that is frozen for longer than its lease', () => {
  it('loses its lease: its late commands are refused, its agent is killed, and a retry completes', async () => {
    await platform.createWorkflow(twoPhaseWorkflow('frozen', 400));
    const id = await platform.execute('frozen');
    const client = new ClientObserver(platform, id);
    await client.waitFor('tool_execution_completed');
    const session = (await platform.execution(id)).phases[0]?.session_id ?? '';
    expect(leftoverProcesses([session])).not.toEqual([]);

    const { pid } = platform.service('agent-runner');
    process.kill(pid, 'SIGSTOP');
    await platform.reaches(id, 'interrupted');
    process.kill(pid, 'SIGCONT');

    await eventually(() => leftoverProcesses([session]).length === 0);
    expect(platform.service('agent-runner').pid).toBe(pid);
    expect(await completeWithRetries(platform, id)).toBe(1);
    expect(await recordedAfterLeaseLoss(session)).toEqual([]);
    expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
  });
});
