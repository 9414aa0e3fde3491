import { Module, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SessionId, type Command, type ReplyOf } from '@syntropic/kernel';
import { CommandClient, CommandsModule, commandTransport, MessageBus, natsUsers } from '@syntropic/messaging';
import { work, type Control } from '@syntropic/orchestration/contracts';
import { eventually, useNats } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { ClaimNumbers } from './claim-numbers';
import { Leases, type LeaseHolder } from './leases';
import { RunnerLog } from './runner-log';

const nats = useNats(
  natsUsers(
    {
      gateway: 'g',
      'command-service': 'c',
      'projection-worker': 'p',
      'observability-collector': 'o',
      runners: ['a'],
    },
    [work.RenewWork],
  ),
);

/** The command service's answers: none while `answers` is false. */
let answers = true;
let commandIds: Set<string>;
let refused: Set<string>;
let control: Control;

type RenewWork = typeof work.RenewWork;

@Module({ imports: [CommandsModule.of([work.RenewWork])] })
class CommandService implements OnModuleInit {
  constructor(private readonly bus: MessageBus) {}

  onModuleInit(): void {
    // The bus hands a handler the commands of its message alone.
    this.bus.handle(work.RenewWork, (command) => this.#renew(command as Command<RenewWork>));
  }

  async #renew({ data: { leases }, context }: Command<RenewWork>): Promise<ReplyOf<RenewWork>> {
    commandIds.add(context.commandId);
    await eventually(() => answers);
    return {
      leases: leases.map(({ sessionId }) =>
        refused.has(sessionId) ? { sessionId, held: false } : { sessionId, held: true, control, asOf: 1 },
      ),
      discard: [],
    };
  }
}

class Session implements LeaseHolder {
  readonly announceMessages = (): void => undefined;
  readonly lease = { sessionId: SessionId.parse(randomUUID()), token: 1 };
  readonly calls: string[] = [];
  isUncertain = false;

  setControl(requested: Control): void {
    this.calls.push(requested);
  }
  leaseUncertain(): void {
    this.isUncertain = true;
  }
  leaseConfirmed(): void {
    this.isUncertain = false;
  }
  leaseLost(): void {
    this.calls.push('lost');
  }
}

describe('the leases of a runner', () => {
  let service: INestApplicationContext;
  let client: CommandClient;
  let leases: Leases;
  let running: Promise<void>;
  let stop: AbortController;

  beforeEach(async () => {
    [answers, commandIds, refused, control] = [true, new Set(), new Set(), 'run'];
    const app = await NestFactory.create<NestFastifyApplication>(CommandService, new FastifyAdapter(), {
      logger: false,
    });
    app.connectMicroservice(commandTransport({ url: nats.urlAs('command-service'), name: 'command-service' }));
    await app.init();
    await app.startAllMicroservices();
    service = app;
    client = new CommandClient({ url: nats.urlAs('agent-runner-0'), name: 'agent-runner' }, 'agent-runner-0');
    stop = new AbortController();
    const log = new RunnerLog(pino({ enabled: false }));
    leases = new Leases(client, new ClaimNumbers(), log, {
      renewMs: 50,
      uncertainAfterMs: 1_000,
    });
    const capabilities = { runner: 'runner-1', backends: ['sandbox'], providers: ['command'], slots: 2 };
    const parked = { ids: () => Promise.resolve([]), hasRoom: () => Promise.resolve(true), discard: () => undefined };
    running = leases.run(capabilities, parked, stop.signal);
  });
  afterEach(async () => {
    answers = true;
    stop.abort();
    await running;
    await client.close();
    await service.close();
  });

  it('bring the requested control of a session, and its loss', async () => {
    const [kept, taken] = [new Session(), new Session()];
    leases.add(kept);
    leases.add(taken);
    await eventually(() => kept.calls.includes('run') && taken.calls.includes('run'));

    control = 'pause';
    refused.add(taken.lease.sessionId);
    await eventually(() => kept.calls.includes('pause') && taken.calls.includes('lost'));
    expect(kept.calls).not.toContain('lost');
  });

  it('are uncertain while there is no answer, and all are confirmed by the first answer, those just added too', async () => {
    const early = new Session();
    leases.add(early);
    await eventually(() => early.calls.includes('run'));

    answers = false;
    await eventually(() => early.isUncertain);
    // Waits for the next request: the answer to the one that has waited so long does not confirm the leases.
    const before = commandIds.size;
    await eventually(() => commandIds.size > before);
    const late = new Session();
    leases.add(late);
    expect(late.isUncertain).toBe(true);

    answers = true;
    await eventually(() => !early.isUncertain && !late.isUncertain);
  }, 30_000);
});
