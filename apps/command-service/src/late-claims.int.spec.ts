import { Module, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Command, type ReplyOf } from '@syntropic/kernel';
import { CommandClient, CommandsModule, commandTransport, MessageBus, OutcomeUnknown } from '@syntropic/messaging';
import { work } from '@syntropic/orchestration/contracts';
import { createPool } from '@syntropic/postgres';
import { eventually, TcpProxy, useDatabase, useNats } from '@syntropic/testing';
import { WorkQueue } from '@syntropic/work';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

type ClaimWork = typeof work.ClaimWork;

const nats = useNats();
const database = useDatabase();
const capabilities = { runner: 'r1', backends: ['sandbox'], providers: ['command'] };

let queue: WorkQueue;
/** The claims that arrived and were carried out, by number, with the session that each has taken. */
let handled: (readonly [number | undefined, string | undefined])[];

/** Claims as command-service does, without the log: an order needs an execution. */
@Module({ imports: [CommandsModule.of([work.ClaimWork])] })
class Claiming implements OnModuleInit {
  constructor(private readonly bus: MessageBus) {}

  onModuleInit(): void {
    // The bus hands a handler the commands of its message alone.
    this.bus.handle(work.ClaimWork, (command) => this.#claim(command as Command<ClaimWork>));
  }

  async #claim({ data, context }: Command<ClaimWork>): Promise<ReplyOf<ClaimWork>> {
    const taken = await queue.claim({ ...data, claimId: context.commandId });
    handled.push([data.number, taken?.sessionId]);
    return { order: null };
  }
}

describe('the copies of a claim that the network has kept back', () => {
  let service: INestApplicationContext;
  let pool: Pool;
  let network: TcpProxy;
  const clients: CommandClient[] = [];

  beforeAll(async () => {
    handled = [];
    pool = createPool(database.urlAs('syn_command_service'));
    queue = new WorkQueue(pool, { hint: () => undefined, wake: () => undefined });
    const app = await NestFactory.create<NestFastifyApplication>(Claiming, new FastifyAdapter(), { logger: false });
    app.connectMicroservice(commandTransport({ url: nats.url, name: 'command-service' }));
    await app.init();
    await app.startAllMicroservices();
    service = app;
    network = await TcpProxy.to(nats.url);
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    network.cut();
    await service.close();
    await pool.end();
  });

  const clientAt = (url: string) => {
    const client = new CommandClient({ url, name: 'agent-runner' });
    clients.push(client);
    return client;
  };
  const claim = (client: CommandClient, number: number) => {
    const commandId = randomUUID();
    const origin = { commandId, correlationId: commandId, causationId: commandId };
    return client.send(
      work.ClaimWork,
      { ...capabilities, number },
      { ...origin, actor: { kind: 'service', id: 'r1' } },
    );
  };

  it('take no work when they arrive after a newer claim, and the next claim takes it', async () => {
    const [late, prompt] = [clientAt(network.url), clientAt(nats.url)];
    await claim(late, 1);
    network.hold();
    await expect(claim(late, 2)).rejects.toBeInstanceOf(OutcomeUnknown);
    await claim(prompt, 3);
    const session = {
      sessionId: randomUUID(),
      executionId: 'exec-000000000001',
      workflowId: 'review',
      phaseId: 'plan',
      attempt: 1,
      leg: 1,
      backend: 'sandbox',
      provider: 'command',
    };
    await queue.enqueue(session, 1);

    network.release();
    await eventually(() => handled.some(([number]) => number === 2));
    await claim(prompt, 4);

    expect(handled.filter(([number]) => number === 2).every(([, taken]) => taken === undefined)).toBe(true);
    expect(handled).toContainEqual([4, session.sessionId]);
    const { rows } = await pool.query('select state, claim_number from ops.work');
    expect(rows).toEqual([{ state: 'leased', claim_number: 4 }]);
  }, 30_000);
});
