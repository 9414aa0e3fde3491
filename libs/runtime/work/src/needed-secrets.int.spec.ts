import { randomUUID } from 'node:crypto';
import { capabilitiesOf, WorkFixture } from './testing/work-fixture';

const fixture = new WorkFixture();

const offering = (runner: string, ...secrets: string[]) =>
  fixture.queue.renew({ ...capabilitiesOf(runner), slots: 1, leases: [], secrets });
const claim = (runner: string, number?: number) =>
  fixture.queue.claim({ ...capabilitiesOf(runner), claimId: randomUUID(), number });

describe('work that needs secrets', () => {
  it('is claimed only by a runner that has all of them', async () => {
    const { sessionId } = await fixture.queued({ secrets: ['A', 'B'] });
    await offering('none');
    await offering('one', 'A');
    await offering('all', 'C', 'B', 'A');

    await expect(claim('unknown')).resolves.toBeUndefined();
    await expect(claim('none')).resolves.toBeUndefined();
    await expect(claim('one', 1)).resolves.toBeUndefined();
    await expect(claim('all', 1)).resolves.toMatchObject({ sessionId });
  });

  it('keeps no other work from runners without them', async () => {
    await fixture.queued({ secrets: ['A'] });
    const other = await fixture.queued();

    await expect(claim('none')).resolves.toMatchObject({ sessionId: other.sessionId });
  });

  it('needs those of its newest leg', async () => {
    const work = await fixture.queued({ secrets: ['A'] });
    await fixture.queue.enqueue({ ...work, leg: 2, secrets: undefined }, 2);

    await expect(claim('none')).resolves.toMatchObject({ sessionId: work.sessionId, leg: 2 });
  });

  it('is offered by the runners that have renewed their leases', async () => {
    await offering('one', 'A');
    await expect(fixture.queue.capabilities()).resolves.toMatchObject([{ secrets: ['A'] }]);

    await offering('one');
    await expect(fixture.queue.capabilities()).resolves.toMatchObject([{ secrets: [] }]);
  });
});
