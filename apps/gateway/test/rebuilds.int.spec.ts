import { refusedReply } from './refused-reply';
import { useGateway } from './gateway.fixture';
import { operatorOf } from './operator.fixture';

const gateway = useGateway();

const { ask, answered } = operatorOf(gateway);

describe('an administrator', () => {
  it('starts, stops and accepts rebuilds of read models', async () => {
    expect(await answered({ done: true }, '/rebuilds', { projection: 'workflow' })).toMatchObject({
      status: 200,
      sent: [{ 'projections.StartRebuild': { projection: 'workflow' } }],
    });
    expect(await answered({ done: true }, '/rebuilds')).toMatchObject({
      status: 200,
      sent: [{ 'projections.StartRebuild': {} }],
    });
    for (const [path, command] of [
      ['stop', 'StopRebuild'],
      ['accept', 'AcceptRebuild'],
    ] as const) {
      expect(await answered({ done: true }, `/rebuilds/workflow/${path}`)).toMatchObject({
        status: 200,
        sent: [{ [`projections.${command}`]: { projection: 'workflow' } }],
      });
    }
    const refused = refusedReply('projection.rebuilding', 'conflict', 'no');
    expect(await answered(refused, '/rebuilds', { projection: 'workflow' })).toMatchObject({
      status: 409,
      said: { code: 'projection.rebuilding' },
    });
    expect(await answered({ done: true }, '/rebuilds', { all: true })).toMatchObject({
      status: 422,
      said: { errors: [{ field: 'all' }] },
      sent: [],
    });
  });

  it('sees how far rebuilds are, and what they have found', async () => {
    const difference = { key: 'w1', kind: 'changed', columns: ['name'] };
    const comparison = {
      before: 9,
      after: 9,
      rows_before: 2,
      rows_after: 2,
      checksum_before: '1',
      checksum_after: '2',
      sampled: 2,
      sampled_different: 1,
      missing: 0,
      added: 0,
      changed: 1,
      differences: [difference],
    };
    await gateway.database.pool.query(`select read.start_rebuild('system', 'user:ada')`);
    await gateway.database.pool.query(
      `insert into read.rebuilds (projection, version, replaces, status, started_by, comparison)
       values ('unread', 2, 1, 'taken_over', 'migration', $1)`,
      [comparison],
    );

    const { status, body } = await ask('GET', '/rebuilds');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        rebuilds: expect.arrayContaining([
          expect.objectContaining({ projection: 'system', started_by: 'user:ada', comparison: null }),
          expect.objectContaining({
            projection: 'unread',
            replaces: 1,
            status: 'taken_over',
            position: null,
            comparison,
          }),
        ]) as unknown,
      },
    });
  });
});
