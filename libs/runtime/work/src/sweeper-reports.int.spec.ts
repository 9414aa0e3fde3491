import { DomainError } from '@syntropic/kernel';
import { accept, newWork, WorkFixture } from './testing/work-fixture';
import type { WaitingWork } from './sweeper';
import type { NewWork, Work } from './work';

const fixture = new WorkFixture();

describe('reporting a lost lease', () => {
  const lost = async (): Promise<Work> => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('1 hour', '1 s');
    await fixture.sweeper().expireLeases();
    return lease;
  };

  it('names the runner, and closes the work', async () => {
    const lease = await lost();
    const reported: Work[] = [];
    await fixture.sweeper({ onLost: (work) => Promise.resolve(reported.push(work)) }).reportLost();

    expect(reported).toEqual([{ ...lease, token: lease.token + 1 }]);
    await expect(fixture.rowOf(lease)).resolves.toMatchObject({ state: 'closed' });
  });

  it('is done by the next sweeper when one crashes before it has reported', async () => {
    const lease = await lost();
    const reported: string[] = [];
    await fixture.sweeper({ onLost: ({ sessionId }) => Promise.resolve(reported.push(sessionId)) }).reportLost();

    expect(reported).toEqual([lease.sessionId]);
  });

  it('is repeated by the next sweeper when one crashes after it has reported', async () => {
    await lost();
    const reported: [string, number][] = [];
    const dying = fixture.ownPool();
    const report = ({ sessionId, token }: Work) => Promise.resolve(void reported.push([sessionId, token]));
    await fixture.sweeper({ onLost: (work) => report(work).then(() => dying.end()) }, dying).reportLost();
    await fixture.sweeper({ onLost: report }).reportLost();
    await fixture.sweeper({ onLost: report }).reportLost();

    expect(reported).toHaveLength(2);
    expect(reported[1]).toEqual(reported[0]);
  });

  it('is repeated until it succeeds, and delays no other', async () => {
    const [failing, other] = [await lost(), await lost()];
    const onLost = ({ sessionId }: Work) =>
      sessionId === failing.sessionId ? Promise.reject(new Error('no answer')) : accept();
    await fixture.sweeper({ onLost }).reportLost();

    await expect(fixture.rowOf(failing)).resolves.toMatchObject({ state: 'lost' });
    await expect(fixture.rowOf(other)).resolves.toMatchObject({ state: 'closed' });
    await fixture.sweeper().reportLost();
    await expect(fixture.rowOf(failing)).resolves.toMatchObject({ state: 'closed' });
  });

  it('accepts a refusal as the end', async () => {
    const lease = await lost();
    const refused = () => Promise.reject(new DomainError('execution.phase_not_running', 'it has completed'));
    await fixture.sweeper({ onLost: refused }).reportLost();

    await expect(fixture.rowOf(lease)).resolves.toMatchObject({ state: 'closed' });
  });

  it('queues work again that had not begun, for any runner', async () => {
    const lease = await lost();
    const waits = new DomainError('execution.phase_waits', 'it has not begun');
    const sweeper = fixture.sweeper({
      onLost: () => Promise.reject(waits),
      stillWaits: (refusal) => refusal === waits,
    });
    await sweeper.reportLost();

    const next = await fixture.claimed('r2');
    expect(next.sessionId).toBe(lease.sessionId);
    expect(next.token).toBeGreaterThan(lease.token + 1);
  });

  it('does not close work that was queued again meanwhile', async () => {
    const lease = await lost();
    const requeue = ({ sessionId }: Work) => fixture.queue.enqueue({ ...newWork(), sessionId, leg: 2 }, 2);
    await fixture.sweeper({ onLost: requeue }).reportLost();

    await expect(fixture.rowOf(lease)).resolves.toMatchObject({ state: 'queued' });
  });

  it('lets the runner keep the workspace until the execution is closed', async () => {
    const { sessionId, executionId } = await lost();
    await fixture.sweeper().reportLost();
    const renewal = { runner: 'r1', backends: [], providers: [], slots: 1, leases: [], parked: [sessionId] };

    await expect(fixture.queue.renew(renewal)).resolves.toMatchObject({ discard: [] });
    await fixture.queue.closeExecution(executionId, 2);
    await expect(fixture.queue.renew(renewal)).resolves.toMatchObject({ discard: [sessionId] });
  });
});

describe('queued work', () => {
  it('is hinted at again after a while, and then again', async () => {
    const { sessionId } = await fixture.queued();
    const hinted: string[] = [];
    const sweeper = fixture.sweeper({ hint: (work) => hinted.push(work.sessionId) });

    await sweeper.hintAgain();
    expect(hinted).toEqual([]);
    await fixture.ages('queued_at', '6 s');
    await sweeper.hintAgain();
    await sweeper.hintAgain();
    expect(hinted).toEqual([sessionId]);
    await fixture.ages('hinted_at', '6 s');
    await sweeper.hintAgain();
    expect(hinted).toEqual([sessionId, sessionId]);
  });

  it('is hinted at with the required capabilities, and the only runner that can resume it', async () => {
    const { sessionId } = await fixture.queued({ parkedOn: 'r7' });
    await fixture.ages('queued_at', '6 s');
    const hinted: WaitingWork[] = [];
    await fixture.sweeper({ hint: (work) => hinted.push(work) }).hintAgain();

    expect(hinted).toEqual([{ sessionId, backend: 'sandbox', provider: 'command', parkedOn: 'r7', user: null }]);
  });

  describe('while runners are busy', () => {
    const waiting = async (count: number, fields: Partial<NewWork> = {}) => {
      const work = await Promise.all(Array.from({ length: count }, () => fixture.queued(fields)));
      await fixture.ages('queued_at', '6 s');
      return work.map(({ sessionId }) => sessionId);
    };
    const hintedAgain = async (): Promise<readonly string[]> => {
      const hinted: string[] = [];
      await fixture.sweeper({ hint: (work) => hinted.push(work.sessionId) }).hintAgain();
      return hinted;
    };

    it('is hinted at one at a time, each in turn', async () => {
      await fixture.renewed('r1', await fixture.held('r1'), await fixture.held('r1'));
      const sessions = await waiting(5);

      const hints: string[] = [];
      for (let sweep = 0; sweep < 5; sweep++) hints.push(...(await hintedAgain()));
      expect([...hints].sort()).toEqual([...sessions].sort());

      await fixture.ages('hinted_at', '6 s');
      await expect(hintedAgain()).resolves.toEqual([hints[0]]);
    });

    it('is hinted at one of each kind', async () => {
      await fixture.renewed('r1', await fixture.held('r1'), await fixture.held('r1'));
      const kinds = [{}, { provider: 'claude' }, { backend: 'docker' }, { parkedOn: 'r1' }, { parkedOn: 'r2' }];
      for (const kind of kinds) await waiting(3, kind);

      await expect(hintedAgain()).resolves.toHaveLength(kinds.length);
    });

    it('is hinted at as often as runners that can run it have free slots', async () => {
      await fixture.renewed('r1', await fixture.held('r1'));
      await fixture.renewed('r2');
      await fixture.queue.renew({ runner: 'r3', backends: ['docker'], providers: ['command'], slots: 9, leases: [] });
      await waiting(5);

      await expect(hintedAgain()).resolves.toHaveLength(3);
    });

    it('is hinted at once when its runner was not seen for a minute', async () => {
      await fixture.renewed('gone');
      await fixture.owner.query(`update ops.runners set seen_at = seen_at - interval '61 s'`);
      await waiting(5);

      await expect(hintedAgain()).resolves.toHaveLength(1);
    });
  });

  it('does not count as waiting while it may not run', async () => {
    const { executionId } = await fixture.queued();
    await fixture.queue.setControl(executionId, 'pause', 2);
    await fixture.ages('queued_at', '61 minutes');
    const reported: string[] = [];
    await fixture.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) }).reportWaiting();

    expect(reported).toEqual([]);
  });

  it('is not hinted at while it may not run', async () => {
    const { executionId } = await fixture.queued();
    await fixture.queue.setControl(executionId, 'pause', 2);
    await fixture.ages('queued_at', '6 s');
    const hinted: string[] = [];
    await fixture.sweeper({ hint: (work) => hinted.push(work.sessionId) }).hintAgain();

    expect(hinted).toEqual([]);
  });

  it('starts its wait anew when it may run again', async () => {
    const { executionId } = await fixture.queued();
    await fixture.ages('queued_at', '61 minutes');
    await fixture.queue.setControl(executionId, 'pause', 2);
    await fixture.queue.setControl(executionId, 'run', 3);
    const reported: string[] = [];
    await fixture.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) }).reportWaiting();

    expect(reported).toEqual([]);
  });

  it('is reported when it has waited too long, once a wait', async () => {
    const { sessionId } = await fixture.queued();
    const reported: string[] = [];
    const sweeper = fixture.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) });

    await sweeper.reportWaiting();
    expect(reported).toEqual([]);
    await fixture.ages('queued_at', '61 minutes');
    await sweeper.reportWaiting();
    await sweeper.reportWaiting();
    expect(reported).toEqual([sessionId]);
  });

  it('is reported until a report succeeds', async () => {
    await fixture.queued();
    await fixture.ages('queued_at', '61 minutes');
    const calls: string[] = [];
    const onQueueTimeout = ({ sessionId }: Work) =>
      calls.push(sessionId) < 3 ? Promise.reject(new Error('no answer')) : accept();
    for (let round = 0; round < 5; round++) await fixture.sweeper({ onQueueTimeout }).reportWaiting();

    expect(calls).toHaveLength(3);
  });
});
