import type { INestApplicationContext } from '@nestjs/common';
import { DomainError } from '@syntropic/kernel';
import { eventually, useNats } from '@syntropic/testing';
import { ErrorCode } from 'nats';
import { randomUUID } from 'node:crypto';
import { connectNats } from '../connection';
import { bodyHashOf } from './body-hash';
import { CommandClient, OutcomeUnknown } from './command-client';
import { Bank, bankUsers, body, origin, outcome } from './testing/bank';
import { answerLater, Deposit, refusalOf, Withdraw } from './testing/deposits';

const nats = useNats(bankUsers);
const bank = new Bank();

let service: INestApplicationContext;
let client: CommandClient;

beforeAll(async () => {
  service = await bank.open(nats.urlAs('command-service'));
  client = new CommandClient({ url: nats.urlAs('gateway'), name: 'gateway' });
});
afterAll(async () => {
  await client.close();
  await service.close();
});
beforeEach(() => {
  bank.reset();
});

describe('a command', () => {
  it('reaches its handler with everything known about its origin, and the answer comes back', async () => {
    const about = origin({
      executionId: 'exec-0123456789ab',
      lease: { sessionId: randomUUID(), token: 3 },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });

    await expect(client.send(Deposit, body, about)).resolves.toEqual(outcome);

    expect(bank.received.map(({ data }) => data)).toEqual([body]);
    expect(bank.received[0]?.context).toEqual({ ...about, bodyHash: bodyHashOf(body) });
  });

  it('of a request has its name and the time at which it was begun', async () => {
    const request = { route: 'POST /api/deposits', receivedAt: '2026-11-27T01:02:03.004Z' };
    await client.send(Deposit, body, origin({ request }));

    const begun = bank.received[0]?.context.request;
    expect(begun).toEqual({ ...request, command: Deposit.type, begunAt: expect.any(String) as string });
    expect(Date.parse(begun?.begunAt ?? '')).toBeGreaterThan(Date.parse(request.receivedAt));
  });

  it('that a rule refuses brings the refusal back, as it was, and is not sent again', async () => {
    const context = { field: 'account', details: { state: 'closed', since: 7 } };
    bank.handle = () => Promise.reject(new DomainError('account.closed', 'it is closed', 'not_found', context));

    const refusal = await refusalOf(client.send(Deposit, body, origin()));

    expect(refusal).toMatchObject({
      code: 'account.closed',
      refusal: 'not_found',
      message: 'it is closed',
      ...context,
    });
    expect(bank.received).toHaveLength(1);
  });

  it.each([
    ['a wrong field', { ...body, coins: [{ cents: 1 }, { cents: -1 }] }, 'coins[1].cents'],
    ['a missing field', { coins: [] }, 'account'],
  ])('with %s is refused by the name of the field', async (_, wrong, field) => {
    // A sender of another version may send what this contract does not allow.
    const refusal = await refusalOf(client.send(Deposit, wrong as typeof body, origin()));

    expect(refusal).toMatchObject({ code: 'command.invalid', refusal: 'invalid', field });
  });

  it.each(['correlationId', 'causationId', 'executionId', 'traceparent'])(
    'whose %s is longer than events may carry it on is refused by its header',
    async (name) => {
      const refusal = await refusalOf(client.send(Deposit, body, origin({ [name]: 'a'.repeat(513) })));

      expect(refusal).toMatchObject({
        code: 'command.invalid',
        field: expect.stringMatching(/^(Syn|trace)/) as string,
      });
      expect(bank.received).toEqual([]);
    },
  );

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
  it('is sent again under its id', async () => {
    const about = origin();
    bank.handle = (_, time) => (time === 1 ? Promise.reject(new Error('the store is away')) : Promise.resolve(outcome));

    await expect(client.send(Deposit, body, about)).resolves.toEqual(outcome);

    const [first, again] = bank.received.map(({ context }) => context);
    expect(again).toEqual({ ...about, bodyHash: bodyHashOf(body) });
    expect(again).toEqual(first);
  });

  it('because its handler failed is no refusal: it is tried again', async () => {
    bank.handle = (_, time) => (time < 3 ? Promise.reject(new Error('the store is away')) : Promise.resolve(outcome));

    await expect(client.send(Deposit, body, origin())).resolves.toEqual(outcome);
  });

  it('ends as unknown, and says why', async () => {
    bank.handle = () => Promise.reject(new Error('the store is away'));
    const about = origin();

    const failure = await client.send(Deposit, body, about).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(OutcomeUnknown);
    expect(failure).toMatchObject({ code: 'command.outcome_unknown', commandId: about.commandId });
    expect(bank.received.length).toBeGreaterThan(1);
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
    const stopping = await bank.open(nats.urlAs('command-service'));
    await service.close();
    const slow = answerLater();
    bank.handle = ({ account }) => (account === 'ada' ? slow.answer : Promise.resolve('the next one'));
    const underWay = client.send(Deposit, body, origin());
    await eventually(() => bank.received.length === 1);

    const closed = stopping.close();
    service = await bank.open(nats.urlAs('command-service'));
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
    bank.handle = ({ account }) => Promise.resolve(account === 'ada' ? { text: 'a'.repeat(5 * 2 ** 20) } : outcome);

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
