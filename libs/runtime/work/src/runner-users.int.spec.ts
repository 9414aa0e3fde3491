import { randomUUID } from 'node:crypto';
import { capabilitiesOf, WorkFixture } from './testing/work-fixture';

const fixture = new WorkFixture();
const OTHERS = { code: 'work.runner_of_other_user', refusal: 'forbidden' };

const renewalOf = (runner: string, user?: string) => ({
  ...capabilitiesOf(runner),
  user,
  slots: 2,
  leases: [],
  claims: 9,
});
const claimOf = (runner: string, user?: string) => ({
  ...capabilitiesOf(runner),
  user,
  claimId: randomUUID(),
  number: 9,
});

describe('a runner', () => {
  it('belongs to the user of the bus that reports it first, and no other user speaks as this runner', async () => {
    await fixture.queue.renew({ ...renewalOf('r1', 'agent-runner-0'), claims: 0 });
    await fixture.queued();
    const held = await fixture.queue.claim({ ...claimOf('r1', 'agent-runner-0'), number: 1 });
    await fixture.queued({}, 2);

    await expect(fixture.queue.renew(renewalOf('r1', 'agent-runner-1'))).rejects.toMatchObject(OTHERS);
    await expect(fixture.queue.claim(claimOf('r1', 'agent-runner-1'))).rejects.toMatchObject(OTHERS);

    // Neither the settled claims of the renewal nor its number of slots have changed anything.
    await expect(fixture.rowOf(held ?? { sessionId: '' })).resolves.toMatchObject({ state: 'leased' });
    await expect(fixture.queue.claim({ ...claimOf('r1', 'agent-runner-0'), number: 2 })).resolves.toBeDefined();
  });

  it('of a bus without users, or of an older build, belongs to nobody yet', async () => {
    await fixture.queue.renew(renewalOf('r1'));

    await expect(fixture.queue.renew(renewalOf('r1', 'agent-runner-0'))).resolves.toMatchObject({ claims: 9 });
    await expect(fixture.queue.renew(renewalOf('r1', 'agent-runner-1'))).rejects.toMatchObject(OTHERS);
  });

  it('is woken by a message for its user', async () => {
    await fixture.queue.renew({ ...renewalOf('r1', 'agent-runner-0'), claims: 0 });
    const { executionId } = await fixture.held('r1');

    await fixture.queue.setControl(executionId, 'pause', 2);

    expect(fixture.wokenUsers).toEqual(['agent-runner-0']);
  });
});

describe('a lease', () => {
  it('holds for its own execution, until it is given back', async () => {
    const held = await fixture.held();

    await expect(fixture.queue.holds(held, held.executionId)).resolves.toBe(true);
    await expect(fixture.queue.holds(held, 'exec-ffffffffffff')).resolves.toBe(false);
    await expect(fixture.queue.holds({ ...held, token: held.token + 1 }, held.executionId)).resolves.toBe(false);

    await fixture.queue.release(held, 'closed');
    await expect(fixture.queue.holds(held, held.executionId)).resolves.toBe(false);
  });
});
