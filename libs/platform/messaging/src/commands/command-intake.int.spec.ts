import type { INestApplicationContext } from '@nestjs/common';
import { Overloaded } from '@syntropic/async';
import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { connectNats, drainAndClose } from '../connection';
import { bodyHashOf } from './body-hash';
import { CommandClient, type CommandOrigin } from './command-client';
import { commandHeaders } from './command-headers';
import { Bank, bankUsers, body, origin, outcome } from './testing/bank';
import { answerLater, Deposit } from './testing/deposits';

/** As many commands as the service handles at the same time. */
const CONCURRENT = 256;

const nats = useNats(bankUsers);
const bank = new Bank();

let service: INestApplicationContext;
let connection: NatsConnection;

beforeAll(async () => {
  service = await bank.open(nats.urlAs('command-service'));
  connection = await connectNats({ url: nats.urlAs('gateway'), name: 'gateway' });
});
afterAll(async () => {
  await drainAndClose(connection);
  await service.close();
});
beforeEach(() => {
  bank.reset();
});

/** Sends one message, which is not sent again. */
async function sendOnce(account: string, about: CommandOrigin, withinMs = 60_000): Promise<unknown> {
  const data = { ...body, account };
  const headers = commandHeaders({ ...about, bodyHash: bodyHashOf(data) }, withinMs);
  const packet = JSON.stringify({ pattern: '', data, id: about.commandId });
  const reply = await connection.request('commands.orchestration.Deposit', packet, { headers, timeout: 60_000 });
  return reply.json<{ response: unknown }>().response;
}

const sendMany = (count: number, withinMs?: number) =>
  Array.from({ length: count }, () => sendOnce('ada', origin(), withinMs));

describe('a copy of a command in hand', () => {
  it('is not handled, and gets the answer of the first', async () => {
    const first = answerLater();
    bank.handle = ({ account }) => (account === 'ada' ? first.answer : Promise.resolve(outcome));
    const about = origin();
    const sent = [1, 2, 3].map(() => sendOnce('ada', about));
    // Messages of one connection arrive in order.
    await sendOnce('grace', origin());

    first.give('the first');

    await expect(Promise.all(sent)).resolves.toEqual(['the first', 'the first', 'the first']);
    expect(bank.received.map(({ data }) => data.account)).toEqual(['ada', 'grace']);
  });

  it('that has another body is handled', async () => {
    const about = origin();

    await Promise.all([sendOnce('ada', about), sendOnce('grace', about)]);

    expect(bank.received).toHaveLength(2);
  });
});

describe('more commands than are handled in time', () => {
  it('are refused, and none is handled after its deadline', async () => {
    const slow = answerLater();
    bank.handle = () => slow.answer;
    const handled = sendMany(CONCURRENT);
    const late = await Promise.all(sendMany(50, 1_500));

    slow.give('done');

    await expect(Promise.all(handled)).resolves.toEqual(Array(CONCURRENT).fill('done'));
    expect(late).toEqual(Array(50).fill({ overloaded: { retryAfterMs: expect.any(Number) as number } }));
    await sendOnce('grace', origin());
    expect(bank.received).toHaveLength(CONCURRENT + 1);
  });

  it('do not delay the commands of services', async () => {
    const slow = answerLater();
    bank.handle = ({ account }) => (account === 'ada' ? slow.answer : Promise.resolve(outcome));
    const handled = sendMany(CONCURRENT + 1);

    await expect(sendOnce('grace', origin({ actor: { kind: 'service', id: 'runner' } }))).resolves.toEqual(outcome);

    slow.give('done');
    await Promise.all(handled);
  });

  it('are refused by their sender before they are sent, while its earlier ones are on their way', async () => {
    const slow = answerLater();
    bank.handle = () => slow.answer;
    const client = new CommandClient({ url: nats.urlAs('gateway'), name: 'gateway' });
    const sent = Array.from({ length: CONCURRENT }, () => client.send(Deposit, body, origin()));
    const results = Promise.allSettled(sent);
    await eventually(() => bank.received.length === CONCURRENT);

    await expect(client.send(Deposit, { ...body, account: 'grace' }, origin())).rejects.toThrow(Overloaded);

    slow.give('done');
    await results;
    expect(bank.received.some(({ data }) => data.account === 'grace')).toBe(false);
    await client.close();
  });

  it('tell their sender, which reports that nothing was done', async () => {
    const slow = answerLater();
    bank.handle = () => slow.answer;
    const handled = sendMany(CONCURRENT);
    await eventually(() => bank.received.length === CONCURRENT);
    const client = new CommandClient({ url: nats.urlAs('gateway'), name: 'gateway' });

    await expect(client.send(Deposit, { ...body, account: 'grace' }, origin())).rejects.toThrow(Overloaded);

    slow.give('done');
    await Promise.all(handled);
    await client.close();
  });
});
