import { DomainError } from '@syntropic/kernel';
import { answer, newWork, WorkDesk } from './testing/work-desk';
import type { WaitingWork } from './sweeper';
import type { Work } from './work';

const desk = new WorkDesk();

describe('telling of a lost lease', () => {
  const lost = async (): Promise<Work> => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('1 hour', '1 s');
    await desk.sweeper().expireLeases();
    return lease;
  };

  it('says whose it was, and closes the work', async () => {
    const lease = await lost();
    const told: Work[] = [];
    await desk.sweeper({ onLost: (work) => Promise.resolve(told.push(work)) }).reportLost();

    expect(told).toEqual([{ ...lease, token: lease.token + 1 }]);
    await expect(desk.rowOf(lease)).resolves.toMatchObject({ state: 'closed' });
  });

  it('is left to the next by one that dies before it has told', async () => {
    const lease = await lost();
    const told: string[] = [];
    await desk.sweeper({ onLost: ({ sessionId }) => Promise.resolve(told.push(sessionId)) }).reportLost();

    expect(told).toEqual([lease.sessionId]);
  });

  it('is repeated for the same loss by the next when one dies after it has told', async () => {
    await lost();
    const told: [string, number][] = [];
    const dying = desk.ownPool();
    const tell = ({ sessionId, token }: Work) => Promise.resolve(void told.push([sessionId, token]));
    await desk.sweeper({ onLost: (work) => tell(work).then(() => dying.end()) }, dying).reportLost();
    await desk.sweeper({ onLost: tell }).reportLost();
    await desk.sweeper({ onLost: tell }).reportLost();

    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
  });

  it('goes on until it was heard, and holds up no other', async () => {
    const [deaf, other] = [await lost(), await lost()];
    const onLost = ({ sessionId }: Work) =>
      sessionId === deaf.sessionId ? Promise.reject(new Error('nobody answers')) : answer();
    await desk.sweeper({ onLost }).reportLost();

    await expect(desk.rowOf(deaf)).resolves.toMatchObject({ state: 'lost' });
    await expect(desk.rowOf(other)).resolves.toMatchObject({ state: 'closed' });
    await desk.sweeper().reportLost();
    await expect(desk.rowOf(deaf)).resolves.toMatchObject({ state: 'closed' });
  });

  it('takes a refusal for an answer', async () => {
    const lease = await lost();
    const refused = () => Promise.reject(new DomainError('execution.phase_not_running', 'it has completed'));
    await desk.sweeper({ onLost: refused }).reportLost();

    await expect(desk.rowOf(lease)).resolves.toMatchObject({ state: 'closed' });
  });

  it('queues work anew that nobody had begun, for any runner', async () => {
    const lease = await lost();
    const waits = new DomainError('execution.phase_waits', 'nobody has begun it');
    const sweeper = desk.sweeper({ onLost: () => Promise.reject(waits), stillWaits: (refusal) => refusal === waits });
    await sweeper.reportLost();

    await expect(desk.claimed('r2')).resolves.toMatchObject({ sessionId: lease.sessionId, token: lease.token + 2 });
  });

  it('does not close what was queued again meanwhile', async () => {
    const lease = await lost();
    const requeue = ({ sessionId }: Work) => desk.queue.enqueue({ ...newWork(), sessionId, leg: 2 }, 2);
    await desk.sweeper({ onLost: requeue }).reportLost();

    await expect(desk.rowOf(lease)).resolves.toMatchObject({ state: 'queued' });
  });

  it('lets the runner keep the workspace until the execution is closed', async () => {
    const { sessionId, executionId } = await lost();
    await desk.sweeper().reportLost();
    const asked = { runner: 'r1', backends: [], providers: [], slots: 1, leases: [], parked: [sessionId] };

    await expect(desk.queue.renew(asked)).resolves.toMatchObject({ discard: [] });
    await desk.queue.closeExecution(executionId, 2);
    await expect(desk.queue.renew(asked)).resolves.toMatchObject({ discard: [sessionId] });
  });
});

describe('work that waits', () => {
  it('is hinted at again after a while, and then again', async () => {
    const { sessionId } = await desk.queued();
    const hinted: string[] = [];
    const sweeper = desk.sweeper({ hint: (work) => hinted.push(work.sessionId) });

    await sweeper.hintAgain();
    expect(hinted).toEqual([]);
    await desk.ages('queued_at', '6 s');
    await sweeper.hintAgain();
    await sweeper.hintAgain();
    expect(hinted).toEqual([sessionId]);
    await desk.ages('hinted_at', '6 s');
    await sweeper.hintAgain();
    expect(hinted).toEqual([sessionId, sessionId]);
  });

  it('is hinted at with what it takes to do it, and who alone can', async () => {
    const { sessionId } = await desk.queued({ parkedOn: 'r7' });
    await desk.ages('queued_at', '6 s');
    const hinted: WaitingWork[] = [];
    await desk.sweeper({ hint: (work) => hinted.push(work) }).hintAgain();

    expect(hinted).toEqual([{ sessionId, backend: 'sandbox', provider: 'command', parkedOn: 'r7' }]);
  });

  it('does not wait while it may not run', async () => {
    const { executionId } = await desk.queued();
    await desk.queue.setControl(executionId, 'pause', 2);
    await desk.ages('queued_at', '61 minutes');
    const reported: string[] = [];
    await desk.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) }).reportWaiting();

    expect(reported).toEqual([]);
  });

  it('is not hinted at while it may not run', async () => {
    const { executionId } = await desk.queued();
    await desk.queue.setControl(executionId, 'pause', 2);
    await desk.ages('queued_at', '6 s');
    const hinted: string[] = [];
    await desk.sweeper({ hint: (work) => hinted.push(work.sessionId) }).hintAgain();

    expect(hinted).toEqual([]);
  });

  it('begins its wait anew when it may run again', async () => {
    const { executionId } = await desk.queued();
    await desk.ages('queued_at', '61 minutes');
    await desk.queue.setControl(executionId, 'pause', 2);
    await desk.queue.setControl(executionId, 'run', 3);
    const reported: string[] = [];
    await desk.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) }).reportWaiting();

    expect(reported).toEqual([]);
  });

  it('is reported when it has waited too long, once a wait', async () => {
    const { sessionId } = await desk.queued();
    const reported: string[] = [];
    const sweeper = desk.sweeper({ onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) });

    await sweeper.reportWaiting();
    expect(reported).toEqual([]);
    await desk.ages('queued_at', '61 minutes');
    await sweeper.reportWaiting();
    await sweeper.reportWaiting();
    expect(reported).toEqual([sessionId]);
  });

  it('is reported until somebody has heard', async () => {
    await desk.queued();
    await desk.ages('queued_at', '61 minutes');
    const calls: string[] = [];
    const onQueueTimeout = ({ sessionId }: Work) =>
      calls.push(sessionId) < 3 ? Promise.reject(new Error('nobody answers')) : answer();
    for (let round = 0; round < 5; round++) await desk.sweeper({ onQueueTimeout }).reportWaiting();

    expect(calls).toHaveLength(3);
  });
});
