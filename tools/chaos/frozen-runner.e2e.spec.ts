import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { booksOf, expectNothingLostOrDoubled } from './audit';
import { completes, job } from './job';
import { remainsOf } from './remains';
import { useStore } from './store';
import { Witness } from './witness';

const platform = usePlatform();
const store = useStore(platform);

/** What was recorded about a session after the runner that had it lost its lease. */
const recordedLate = async (sessionId: string): Promise<string[]> => {
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
  it('has its work taken away: what it says late is refused, its agent dies, and a retry completes', async () => {
    await platform.createWorkflow(job('frozen', 400));
    const id = await platform.execute('frozen');
    const witness = new Witness(platform, id);
    await witness.sees('tool_execution_completed');
    const session = (await platform.execution(id)).phases[0]?.session_id ?? '';
    expect(remainsOf([session])).not.toEqual([]);

    const { pid } = platform.service('agent-runner');
    process.kill(pid, 'SIGSTOP');
    await platform.reaches(id, 'interrupted');
    process.kill(pid, 'SIGCONT');

    await eventually(() => remainsOf([session]).length === 0);
    expect(platform.service('agent-runner').pid).toBe(pid);
    expect(await completes(platform, id)).toBe(1);
    expect(await recordedLate(session)).toEqual([]);
    expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
  });
});
