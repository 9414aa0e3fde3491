import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SessionId } from '@syntropic/kernel';
import { CommandClient, CommandsModule, commandTransport, natsUsers } from '@syntropic/messaging';
import { RenewWork, type Control, type RenewedWork } from '@syntropic/orchestration/contracts';
import { eventually, useNats } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { Leases, type Held } from './leases';

const nats = useNats(
  natsUsers({
    gateway: 'g',
    'command-service': 'c',
    'projection-worker': 'p',
    'observability-collector': 'o',
    'agent-runner': 'a',
  }),
);

/** The other end of the wire: answers what it is told to, or keeps silent. */
let answers = true;
let askedIds: Set<string>;
let refused: Set<string>;
let control: Control;

@CommandHandler(RenewWork)
class Renewals implements ICommandHandler<RenewWork> {
  async execute({ leases, context }: RenewWork): Promise<RenewedWork> {
    askedIds.add(context.commandId);
    await eventually(() => answers, { within: 60_000 });
    return {
      leases: leases.map(({ sessionId }) =>
        refused.has(sessionId) ? { sessionId, held: false } : { sessionId, held: true, control, asOf: 1 },
      ),
      discard: [],
    };
  }
}

@Module({ imports: [CqrsModule.forRoot(), CommandsModule.of({ work: { RenewWork } })], providers: [Renewals] })
class CommandService {}

class Session implements Held {
  readonly lease = { sessionId: SessionId.parse(randomUUID()), token: 1 };
  readonly told: string[] = [];
  isDoubted = false;

  asked(what: Control): void {
    this.told.push(what);
  }
  doubt(): void {
    this.isDoubted = true;
  }
  trust(): void {
    this.isDoubted = false;
  }
  lost(): void {
    this.told.push('lost');
  }
}

describe('the leases of a runner', () => {
  let service: INestApplicationContext;
  let client: CommandClient;
  let leases: Leases;
  let running: Promise<void>;
  let stop: AbortController;

  beforeEach(async () => {
    [answers, askedIds, refused, control] = [true, new Set(), new Set(), 'run'];
    const app = await NestFactory.create<NestFastifyApplication>(CommandService, new FastifyAdapter(), {
      logger: false,
    });
    app.connectMicroservice(commandTransport({ url: nats.urlAs('command-service'), name: 'command-service' }));
    await app.init();
    await app.startAllMicroservices();
    service = app;
    client = new CommandClient({ url: nats.urlAs('agent-runner'), name: 'agent-runner' });
    stop = new AbortController();
    leases = new Leases({
      client,
      abilities: { runner: 'runner-1', backends: ['sandbox'], providers: ['command'], slots: 2 },
      parked: () => Promise.resolve([]),
      discard: () => undefined,
      onFault: () => undefined,
      renewMs: 50,
      doubtAfterMs: 1_000,
    });
    running = leases.run(stop.signal);
  });
  afterEach(async () => {
    answers = true;
    stop.abort();
    await running;
    await client.close();
    await service.close();
  });

  it('bring what is asked of a session, and its loss', async () => {
    const [kept, taken] = [new Session(), new Session()];
    leases.hold(kept);
    leases.hold(taken);
    await eventually(() => kept.told.includes('run') && taken.told.includes('run'));

    control = 'pause';
    refused.add(taken.lease.sessionId);
    await eventually(() => kept.told.includes('pause') && taken.told.includes('lost'));
    expect(kept.told).not.toContain('lost');
  });

  it('are in doubt while nobody answers, and all are trusted again with the first answer, those just taken too', async () => {
    const early = new Session();
    leases.hold(early);
    await eventually(() => early.told.includes('run'));

    answers = false;
    await eventually(() => early.isDoubted);
    // Not the question that has waited so long: the one after it, whose answer is fresh enough to be trusted.
    const asked = askedIds.size;
    await eventually(() => askedIds.size > asked);
    const late = new Session();
    leases.hold(late);
    expect(late.isDoubted).toBe(true);

    answers = true;
    await eventually(() => !early.isDoubted && !late.isDoubted);
  }, 30_000);
});
