import { Module, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@syntropic/kernel';
import { eventually, useNats } from '@syntropic/testing';
import { ErrorCode } from 'nats';
import { randomUUID } from 'node:crypto';
import { connectNats } from '../connection';
import { natsUsers } from '../permissions';
import { bodyHashOf } from './body-hash';
import { CommandClient, OutcomeUnknown, type CommandOrigin } from './command-client';
import { commandTransport } from './command-transport';
import { CommandsModule } from './commands.module';
import { MessageBus } from './message-bus';
import { answerLater, Deposit, refusalOf, Withdraw, type Answer } from './testing/deposits';

type Handling = (deposit: Deposit['data'], time: number) => Promise<Answer>;

const nats = useNats(
  natsUsers(
    {
      gateway: 'g',
      'command-service': 'c',
      'projection-worker': 'p',
      'observability-collector': 'o',
      'agent-runner': 'a',
    },
    [Deposit, Withdraw],
  ),
);
const body = { account: 'ada', coins: [{ cents: 5 }] };
const outcome = { position: 7, version: 2 };

let handle: Handling;
let received: Deposit[];
let client: CommandClient;
let service: INestApplicationContext;

@Module({ imports: [CommandsModule.of([Deposit])] })
class Bank implements OnModuleInit {
  constructor(private readonly bus: MessageBus) {}

  onModuleInit(): void {
    this.bus.handle(Deposit, (command) => {
      // The bus hands a handler the commands of its message alone.
      const deposit = command as Deposit;
      received.push(deposit);
      return handle(deposit.data, received.length);
    });
  }
}

async function startService(): Promise<INestApplicationContext> {
  const app = await NestFactory.create<NestFastifyApplication>(Bank, new FastifyAdapter(), { logger: false });
  app.connectMicroservice(commandTransport({ url: nats.urlAs('command-service'), name: 'command-service' }));
  await app.init();
  await app.startAllMicroservices();
  return app;
}

const origin = (changes: Partial<CommandOrigin> = {}): CommandOrigin => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'Ada Lovelace, née Byron' },
  ...changes,
});

beforeAll(async () => {
  service = await startService();
  client = new CommandClient({ url: nats.urlAs('gateway'), name: 'gateway' });
});
afterAll(async () => {
  await client.close();
  await service.close();
});
beforeEach(() => {
  received = [];
  handle = () => Promise.resolve(outcome);
});

describe('a command', () => {
  it('reaches its handler with everything known about its origin, and the answer comes back', async () => {
    const about = origin({
      executionId: 'exec-0123456789ab',
      lease: { sessionId: randomUUID(), token: 3 },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });

    await expect(client.send(Deposit, body, about)).resolves.toEqual(outcome);

    expect(received.map(({ data }) => data)).toEqual([body]);
    expect(received[0]?.context).toEqual({ ...about, bodyHash: bodyHashOf(body) });
  });

  it('that a rule refuses brings the refusal back, as it was, and is not sent again', async () => {
    const context = { field: 'account', details: { state: 'closed', since: 7 } };
    handle = () => Promise.reject(new DomainError('account.closed', 'it is closed', 'not_found', context));

    const refusal = await refusalOf(client.send(Deposit, body, origin()));

    expect(refusal).toMatchObject({
      code: 'account.closed',
      refusal: 'not_found',
      message: 'it is closed',
      ...context,
    });
    expect(received).toHaveLength(1);
  });

  it.each([
    ['a wrong field', { ...body, coins: [{ cents: 1 }, { cents: -1 }] }, 'coins[1].cents'],
    ['a missing field', { coins: [] }, 'account'],
  ])('with %s is refused by the name of the field', async (_, wrong, field) => {
    // A sender of another version may send what this contract does not allow.
    const refusal = await refusalOf(client.send(Deposit, wrong as typeof body, origin()));

    expect(refusal).toMatchObject({ code: 'command.invalid', refusal: 'invalid', field });
  });

  it('that nobody knows is refused', async () => {
    const refusal = await refusalOf(client.send(Withdraw, body, origin()));

    expect(refusal.code).toBe('command.unknown');
  });

  it('that no message can hold is refused at once', async () => {
    const tooLarge = { ...body, account: 'a'.repeat(5 * 2 ** 20) };

    const refusal = await refusalOf(client.send(Deposit, tooLarge, origin()));

    expect(refusal.code).toBe('command.too_large');
  });
});

describe('a command without an answer', () => {
  it('is sent again under its id, and gets the answer of whichever comes first', async () => {
    const lost = answerLater();
    handle = (_, time) => (time === 1 ? lost.answer : Promise.resolve(outcome));
    const about = origin();

    await expect(client.send(Deposit, body, about)).resolves.toEqual(outcome);
    lost.give('too late');

    const [first, again] = received.map(({ context }) => context);
    expect(again).toEqual({ ...about, bodyHash: bodyHashOf(body) });
    expect(again).toEqual(first);
  });

  it('is answered by its first handling too, when that only took long', async () => {
    const first = answerLater();
    const second = answerLater();
    handle = (_, time) => (time === 1 ? first.answer : second.answer);
    const sent = client.send(Deposit, body, origin());

    await eventually(() => received.length === 2);
    first.give('the first');

    await expect(sent).resolves.toBe('the first');
    second.give('the second');
  });

  it('because its handler failed is no refusal: it is tried again', async () => {
    handle = (_, time) => (time < 3 ? Promise.reject(new Error('the store is away')) : Promise.resolve(outcome));

    await expect(client.send(Deposit, body, origin())).resolves.toEqual(outcome);
  });

  it('ends as unknown, and says why', async () => {
    handle = () => Promise.reject(new Error('the store is away'));
    const about = origin();

    const failure = await client.send(Deposit, body, about).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(OutcomeUnknown);
    expect(failure).toMatchObject({ code: 'command.outcome_unknown', commandId: about.commandId });
    expect(received.length).toBeGreaterThan(1);
  });

  it('because the bus was away is answered when it is back', async () => {
    await nats.kill();
    const sent = client.send(Deposit, body, origin());
    await nats.start();

    await expect(sent).resolves.toEqual(outcome);
  });
});

describe('a service that handles commands', () => {
  it('finishes what it has before it stops, and takes nothing new', async () => {
    const stopping = await startService();
    await service.close();
    const slow = answerLater();
    handle = ({ account }) => (account === 'ada' ? slow.answer : Promise.resolve('the next one'));
    const underWay = client.send(Deposit, body, origin());
    await eventually(() => received.length === 1);

    const closed = stopping.close();
    service = await startService();
    const later = client.send(Deposit, { ...body, account: 'grace' }, origin());
    await expect(later).resolves.toBe('the next one');
    slow.give('the one that stopped');

    await expect(underWay).resolves.toBe('the one that stopped');
    await closed;
  });

  it('answers what it cannot read, and stays', async () => {
    const stranger = await connectNats({ url: nats.url, name: 'stranger' });

    const reply = await stranger.request('commands.orchestration.Deposit', Buffer.from('{"id":'), { timeout: 5_000 });
    await stranger.close();

    expect(reply.string()).toContain('error');
    await expect(client.send(Deposit, body, origin())).resolves.toEqual(outcome);
  });

  it('refuses when its answer is larger than a message may be, and stays', async () => {
    handle = ({ account }) => Promise.resolve(account === 'ada' ? { text: 'a'.repeat(5 * 2 ** 20) } : outcome);

    const refusal = await refusalOf(client.send(Deposit, body, origin()));

    expect(refusal.code).toBe('command.answer_too_large');
    const other = { ...body, account: 'grace' };
    await expect(client.send(Deposit, other, origin())).resolves.toEqual(outcome);
  });

  it('cannot be reached past the permissions of the sender', async () => {
    const gateway = await connectNats({ url: nats.urlAs('gateway'), name: 'gateway' });

    await expect(gateway.request('commands.work.Deposit', '{}', { timeout: 5_000 })).rejects.toMatchObject({
      code: ErrorCode.PermissionsViolation,
    });
    await gateway.close();
  });
});
