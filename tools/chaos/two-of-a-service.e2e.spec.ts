import { usePlatform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import type { ServiceName } from '@syntropic/stack';
import { booksOf, expectDenseLog, expectNothingLostOrDoubled } from './audit';
import { completes, job } from './job';
import { remainsOf } from './remains';
import { Replica } from './replica';
import { useStore } from './store';
import { Witness } from './witness';

const platform = usePlatform({ environment: () => ({ RUNNER_SLOTS: '1' }) });
const store = useStore(platform);
const SHARING: readonly ServiceName[] = ['command-service', 'projection-worker', 'observability-collector'];

const watched = async () => {
  const id = await platform.execute('shared');
  return { id, witness: new Witness(platform, id) };
};

describe('two of a service', () => {
  beforeAll(() => platform.createWorkflow(job('shared')));

  it.each(SHARING)('%s: either may die, work goes on and nothing is done twice', async (name) => {
    const second = await Replica.of(platform, name);
    try {
      const { id, witness } = await watched();
      await witness.sees('tool_execution_completed');
      await platform.kill(name);
      await witness.sees('PhaseCompleted');
      await second.kill();

      expect(await completes(platform, id)).toBe(0);
      expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
      await expectDenseLog(store());
    } finally {
      await second.kill();
    }
  });

  it('agent-runner: each has its own work; what a dead one had is interrupted and retried by the other', async () => {
    const second = await Replica.of(platform, 'agent-runner');
    try {
      const both = [await watched(), await watched()];
      for (const { witness } of both) await witness.sees('tool_execution_completed');
      const sessions = await Promise.all(
        both.map(async ({ id }) => (await platform.execution(id)).phases[0]?.session_id ?? ''),
      );
      await second.kill();

      const interruptions = await Promise.all(both.map(({ id }) => completes(platform, id)));
      expect(interruptions.sort()).toEqual([0, 1]);
      await eventually(() => remainsOf(sessions).length === 0);
      for (const { id, witness } of both) {
        expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
      }
    } finally {
      await second.kill();
    }
  });
});
