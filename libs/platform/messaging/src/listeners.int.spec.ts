import { eventually, useNats } from '@syntropic/testing';
import { AckPolicy, type NatsConnection } from 'nats';
import { connectNats, drainAndClose } from './connection';
import { listenerUser, natsUsers } from './permissions';
import { ensureStreams } from './streams';

const PASSWORDS = {
  gateway: 'g',
  'command-service': 'c',
  'projection-worker': 'p',
  'observability-collector': 'o',
  runners: [],
};
const listeners = { billing: 'b', search: 's' };
const nats = useNats(natsUsers({ ...PASSWORDS, listeners }, []));

let owner: NatsConnection;
let billing: NatsConnection;

const as = (user: string, password: string) => {
  const { host } = new URL(nats.url);
  return connectNats({ url: `nats://${user}:${password}@${host}`, name: user });
};

beforeAll(async () => {
  owner = await connectNats({ url: nats.url, name: 'owner' });
  await ensureStreams(owner, { replicas: 1 });
  billing = await as(listenerUser('billing'), 'b');
});
afterAll(() => Promise.all([owner, billing].map(drainAndClose)));

const consumerOf = (durable_name: string) => ({
  durable_name,
  ack_policy: AckPolicy.Explicit,
  filter_subject: 'domain.orchestration.execution.*.ExecutionCompleted',
});

describe('another service', () => {
  it('reads events with a consumer of its own, and goes on where it was', async () => {
    const manager = await billing.jetstreamManager();
    await manager.consumers.add('DOMAIN', consumerOf('billing'));
    for (const type of ['ExecutionStarted', 'ExecutionCompleted', 'ExecutionCompleted']) {
      await owner.jetstream().publish(`domain.orchestration.execution.exec-1.${type}`, type);
    }
    const next = async () => {
      const consumer = await billing.jetstream().consumers.get('DOMAIN', 'billing');
      const message = await consumer.next({ expires: 30_000 });
      await message?.ackAck();
      return message?.seq;
    };

    expect([await next(), await next()]).toEqual([2, 3]);
  });

  it('has no other consumer, sends no event and no command, and reads no work', async () => {
    const violations: string[] = [];
    void (async () => {
      for await (const { permissionContext } of billing.status()) violations.push(permissionContext?.subject ?? '');
    })();
    await owner.jetstreamManager().then((manager) => manager.consumers.add('DOMAIN', consumerOf('search')));
    const forbidden = [
      '$JS.API.CONSUMER.DELETE.DOMAIN.search',
      '$JS.API.CONSUMER.MSG.NEXT.DOMAIN.search',
      '$JS.API.CONSUMER.CREATE.TELEMETRY.billing',
      '$JS.API.STREAM.PURGE.DOMAIN',
      'commands.orchestration.CancelExecution',
      'domain.orchestration.execution.exec-1.ExecutionCancelled',
    ];

    for (const subject of forbidden) billing.publish(subject);
    billing.subscribe('work.>', { callback: () => undefined });

    await eventually(() => {
      expect(violations).toEqual([...forbidden, 'work.>']);
    });
    const { state } = await owner.jetstreamManager().then((manager) => manager.streams.info('DOMAIN'));
    expect(state.messages).toBe(3);
  });
});
