import type { INestApplicationContext } from '@nestjs/common';
import { useNats } from '@syntropic/testing';
import { ErrorCode } from 'nats';
import { randomUUID } from 'node:crypto';
import { connectNats, drainAndClose } from '../connection';
import { CommandClient } from './command-client';
import { Bank, bankUsers, body, origin, outcome } from './testing/bank';
import { Audit, Close, Deposit, refusalOf } from './testing/deposits';

const nats = useNats(bankUsers);
const sessionId = randomUUID();
const lease = { sessionId, token: 1 };

let service: INestApplicationContext;
/** A sender whose permissions on the bus allow every command. */
let sender: CommandClient;

beforeAll(async () => {
  service = await new Bank().open(nats.urlAs('command-service'));
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
  it.each([
    ['a runner', 'agent-runner', Deposit],
    ['a runner', 'agent-runner', Close],
    ['the gateway', 'gateway', Audit],
    ['the gateway', 'gateway', Close],
  ] as const)('keep %s (%s) from commands of others', async (_, user, { context, type }) => {
    const connection = await connectNats({ url: nats.urlAs(user), name: user });

    const sent = connection.request(`commands.${context}.${type}`, JSON.stringify(body), { timeout: 5_000 });

    await expect(sent).rejects.toMatchObject({ code: ErrorCode.PermissionsViolation });
    await drainAndClose(connection);
  });
});
