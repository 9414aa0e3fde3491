import type { INestApplicationContext } from '@nestjs/common';
import { useNats } from '@syntropic/testing';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CommandClient } from './command-client';
import { Bank, bankUsers, body, origin, outcome } from './testing/bank';
import { Deposit } from './testing/deposits';

const nats = useNats(bankUsers);
const bank = new Bank();

/** What clients have written through it. */
let written = '';
const open = new Set<Socket>();
let proxy: Server;
let service: INestApplicationContext;
let client: CommandClient;

beforeAll(async () => {
  service = await bank.open(nats.urlAs('command-service'));
  const url = new URL(nats.urlAs('gateway'));
  const { hostname, port } = url;
  proxy = createServer((socket) => {
    const server = connect(Number(port), hostname);
    socket.on('data', (bytes) => (written += bytes.toString()));
    socket.pipe(server).pipe(socket);
    for (const one of [socket, server]) one.on('error', () => one.destroy());
    open.add(socket);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  url.port = String((proxy.address() as AddressInfo).port);
  client = new CommandClient({ url: url.href, name: 'gateway' });
});
afterAll(async () => {
  await client.close();
  await service.close();
  for (const socket of open) socket.destroy();
  proxy.close();
});

const subscriptions = () => written.match(/^SUB _INBOX\S* /gm)?.length;
const send = () => client.send(Deposit, body, origin());

it('the replies to all requests come by one subscription, also after the connection was lost', async () => {
  await expect(Promise.all(Array.from({ length: 20 }, send))).resolves.toEqual(
    Array.from({ length: 20 }, () => outcome),
  );
  expect(subscriptions()).toBe(1);
  expect(written).not.toMatch(/^UNSUB/m);

  for (const socket of open) socket.destroy();
  await expect(send()).resolves.toEqual(outcome);
  expect(subscriptions()).toBe(2);
});
