import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { SERVICE_NAMES } from '@syntropic/stack';
import { booksOf, expectDenseLog, expectNothingLostOrDoubled } from './audit';
import { completes, job, toolCalls, TOOLS } from './job';
import { remainsOf } from './remains';
import { useStore } from './store';
import { Witness } from './witness';

const platform = usePlatform();
const store = useStore(platform);

describe('a service that is killed in the middle of an execution', () => {
  beforeAll(() => platform.createWorkflow(job('victim')));

  it.each(SERVICE_NAMES)(
    '%s: the execution comes to its end, nothing lost, nothing twice, nobody left',
    async (name) => {
      const id = await platform.execute('victim');
      const witness = new Witness(platform, id);
      await witness.sees('tool_execution_completed');
      const killed = await platform.execution(id);

      await platform.kill(name);
      const interruptions = await completes(platform, id);

      expect(interruptions).toBe(name === 'agent-runner' ? 1 : 0);
      expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
      await expectDenseLog(store());
      await eventually(async () => {
        expect(await toolCalls(platform, id)).toEqual([TOOLS, TOOLS]);
      });
      const { tool_call_count } = await platform.execution(id);
      if (interruptions > 0) expect(tool_call_count).toBeGreaterThan(2 * TOOLS);
      const sessions = [killed, await platform.execution(id)].flatMap(({ phases }) => phases);
      await eventually(() => remainsOf(sessions.flatMap(({ session_id }) => session_id ?? [])).length === 0);
    },
  );
});
