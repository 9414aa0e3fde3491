import { useNats } from '@syntropic/testing';
import { AckPolicy, connect, type Consumer, type NatsConnection } from 'nats';
import { deliveriesDuring } from './domain-deliveries';

const nats = useNats([
  { user: 'worker', password: 'w' },
  { user: 'commands', password: 'c' },
]);

const connectAs = (user: string): Promise<NatsConnection> => {
  const { host, username, password } = new URL(nats.urlAs(user));
  return connect({ servers: host, user: username, pass: password, inboxPrefix: `_INBOX.${user}` });
};

describe('deliveries', () => {
  it('are counted for each service, also from a consumer that is made meanwhile', async () => {
    const [worker, commands] = await Promise.all([connectAs('worker'), connectAs('commands')]);
    const manager = await worker.jetstreamManager();
    await manager.streams.add({ name: 'DOMAIN', subjects: ['domain.>'] });
    await manager.consumers.add('DOMAIN', { durable_name: 'early', ack_policy: AckPolicy.None });
    await read(worker, 'early', 2);

    const { events, byService } = await deliveriesDuring(nats.url, async () => {
      await read(worker, 'early', 3);
      const { name } = await manager.consumers.add('DOMAIN', { ack_policy: AckPolicy.None });
      const late = await commands.jetstream().consumers.get('DOMAIN', name);
      await take(late, 5);
    });

    expect(events).toBe(3);
    expect(Object.fromEntries(byService)).toEqual({ worker: 3, commands: 5 });
    await Promise.all([worker.close(), commands.close()]);
  });
});

/** Publishes so many events and reads them. */
async function read(connection: NatsConnection, consumer: string, events: number): Promise<void> {
  const stream = connection.jetstream();
  for (let event = 0; event < events; event++) await stream.publish('domain.a.b.c.D');
  await take(await stream.consumers.get('DOMAIN', consumer), events);
}

async function take(consumer: Consumer, messages: number): Promise<void> {
  const taken: string[] = [];
  for await (const { subject } of await consumer.fetch({ max_messages: messages })) taken.push(subject);
  expect(taken).toHaveLength(messages);
}
