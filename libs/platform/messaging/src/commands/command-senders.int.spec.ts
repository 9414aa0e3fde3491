import type { INestApplicationContext } from '@nestjs/common';
import { useNats } from '@syntropic/testing';
import { ErrorCode, type NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { connectNats, drainAndClose, natsUserIn } from '../connection';
import { commandSubject, controlSubject } from '../subjects';
import { CommandClient } from './command-client';
import { Bank, bankUsers, body, origin, outcome } from './testing/bank';
import { Audit, Close, refusalOf } from './testing/deposits';

const nats = useNats(bankUsers);
const sessionId = randomUUID();
const lease = { sessionId, token: 1 };
const bank = new Bank();

let service: INestApplicationContext;
/** A sender whose permissions on the bus allow every command. */
let sender: CommandClient;

beforeAll(async () => {
  service = await bank.open(nats.urlAs('command-service'));
  sender = new CommandClient({ url: nats.urlAs('command-service'), name: 'command-service' });
});
afterAll(async () => {
  await sender.close();
  await service.close();
});

describe('a command for holders of a lease', () => {
  it('is carried out for the lease of its session', async () => {
    await expect(sender.send(Audit, { sessionId }, origin({ lease }))).resolves.toEqual(outcome);
  });

  it.each([
    ['without a lease', {}],
    ['with the lease of another session', { lease: { ...lease, sessionId: randomUUID() } }],
  ])('is refused %s, whoever sends it', async (_, changes) => {
    const refusal = await refusalOf(sender.send(Audit, { sessionId }, origin(changes)));

    expect(refusal).toMatchObject({ code: 'work.lease_required', refusal: 'forbidden' });
  });
});

describe('a command of the platform itself', () => {
  it('is refused over the bus', async () => {
    const refusal = await refusalOf(sender.send(Close, { account: 'ada' }, origin({ lease })));

    expect(refusal).toMatchObject({ code: 'command.forbidden', refusal: 'forbidden' });
  });
});

describe('the permissions on the bus', () => {
  const open: NatsConnection[] = [];
  afterEach(() => Promise.all(open.splice(0).map(drainAndClose)));

  const connectedAs = async (user: string): Promise<NatsConnection> => {
    const connection = await connectNats({ url: nats.urlAs(user), name: user });
    open.push(connection);
    return connection;
  };

  it.each([
    ['the gateway', 'gateway', commandSubject('orchestration', 'Audit')],
    ['the gateway', 'gateway', commandSubject('orchestration', 'Close')],
    ['a runner', 'agent-runner-0', commandSubject('orchestration', 'Deposit', 'agent-runner-0')],
    ['a runner', 'agent-runner-0', commandSubject('orchestration', 'Close', 'agent-runner-0')],
    ['a runner without its name', 'agent-runner-0', commandSubject('orchestration', 'Audit')],
    ['a runner as another', 'agent-runner-0', commandSubject('orchestration', 'Audit', 'agent-runner-1')],
  ] as const)('keep %s (%s) from %s', async (_, user, subject) => {
    const connection = await connectedAs(user);

    const sent = connection.request(subject, JSON.stringify(body), { timeout: 5_000 });

    await expect(sent).rejects.toMatchObject({ code: ErrorCode.PermissionsViolation });
  });

  it.each([
    ['the replies to another', '_INBOX.agent-runner-1.>'],
    ['the replies to all', '_INBOX.>'],
    ['the messages to another', controlSubject('*', 'agent-runner-1')],
    ['the messages to all', 'control.>'],
    ['commands', 'commands.>'],
    ['everything', '>'],
  ])('keep a runner from reading %s', async (_, subject) => {
    const connection = await connectedAs('agent-runner-0');

    const refused = new Promise((resolve) => {
      connection.subscribe(subject, { callback: resolve });
    });

    await expect(refused).resolves.toMatchObject({ code: ErrorCode.PermissionsViolation });
  });

  it('let a runner send its commands under its name, which reaches the handler', async () => {
    const address = { url: nats.urlAs('agent-runner-1'), name: 'agent-runner' };
    const runner = new CommandClient(address, natsUserIn(address.url));

    await expect(runner.send(Audit, { sessionId }, origin({ lease }))).resolves.toEqual(outcome);

    expect(bank.users.at(-1)).toBe('agent-runner-1');
    await runner.close();
  });
});
