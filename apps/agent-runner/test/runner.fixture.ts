import type { Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { env } from '@syntropic/config';
import { ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { connectNats, controlSubject, drainAndClose, natsOptions, natsUserIn } from '@syntropic/messaging';
import { WorkOrder, type AgentConfiguration, type Control } from '@syntropic/orchestration/contracts';
import { NATS, ServiceModule } from '@syntropic/service';
import { CollectorClient, linesOfMessage, messageOf, REPLY_HEADER, type SpooledBatch } from '@syntropic/telemetry';
import { eventually, TYPESCRIPT_HOOK, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { z } from 'zod';
import { variables } from '../src/agent-runner.variables';
import { PARSER_WORKER } from '../src/injection-tokens';
import { RunnerModule } from '../src/runner.module';
import { RunnerLog } from '../src/work/runner-log';
import { command } from './session.fixture';

type Received = Readonly<{ type: string; data: Readonly<Record<string, unknown>> }>;

export const orderOf = (agent: AgentConfiguration, more: Partial<z.input<typeof WorkOrder>> = {}): WorkOrder =>
  WorkOrder.parse({
    sessionId: SessionId.parse(randomUUID()),
    token: 1,
    executionId: ExecutionId.parse('exec-0123456789ab'),
    workflowId: WorkflowId.parse('review'),
    phaseId: PhaseId.parse('plan'),
    phaseName: 'Plan',
    attempt: 1,
    leg: 1,
    agent,
    timeoutSeconds: 60,
    allowedTools: [],
    outputArtifactTypes: [],
    inputs: {},
    repos: [],
    earlier: [],
    ...more,
  });

export const shell = (script: string): AgentConfiguration => command('sh', '-c', script);

/** The services that a runner talks to, over NATS: they hand out work, answer its commands, and store its telemetry. */
class PlatformFixture {
  /** The commands of all runners, each once, in order. */
  readonly received: Received[] = [];
  /** The telemetry batches that were stored, each event once. */
  readonly stored: SpooledBatch[] = [];
  readonly controls = new Map<string, Readonly<{ control: Control; asOf: number; messages?: number }>>();
  readonly lost = new Set<string>();
  readonly discarded = new Set<string>();
  /** Answers by command type, instead of acceptance; undefined sends no answer. */
  readonly answers = new Map<string, (data: Received['data'], commandId: string) => unknown>();
  isStoring = true;
  readonly #orders: WorkOrder[] = [];
  readonly #commandIds = new Set<string>();
  readonly #eventIds = new Set<string>();

  listen(nats: NatsConnection): void {
    nats.subscribe('commands.>', {
      callback: (_, message) => {
        const { id, data } = message.json<{ id: string; data: Received['data'] }>();
        const [, , type = ''] = message.subject.split('.');
        const commandId = message.headers?.get('Syn-Command-Id') ?? '';
        if (!this.#commandIds.has(commandId)) this.received.push({ type, data });
        this.#commandIds.add(commandId);
        const response = this.#answer(type, data, commandId);
        if (response) message.respond(JSON.stringify({ id, response, isDisposed: true }));
      },
    });
    nats.subscribe('telemetry.>', {
      callback: (_, message) => {
        if (!this.isStoring) return;
        const batches = linesOfMessage(message.data).map((line) => JSON.parse(line.toString()) as SpooledBatch);
        for (const batch of batches) this.#store(batch);
        const replies = batches.map(({ lastLine }) => JSON.stringify({ committed: lastLine }));
        nats.publish(message.headers?.get(REPLY_HEADER) ?? '', messageOf(replies));
      },
    });
  }

  offer(...orders: readonly WorkOrder[]): void {
    this.#orders.push(...orders);
  }

  request({ sessionId }: WorkOrder, control: Control, asOf: number): void {
    this.controls.set(sessionId, { control, asOf });
  }

  commandsOf(type: string, { sessionId }: Pick<WorkOrder, 'sessionId'>): readonly Received['data'][] {
    return this.received.flatMap((one) => (one.type === type && one.data['sessionId'] === sessionId ? [one.data] : []));
  }

  /** Waits until that many such commands have arrived, and returns the last one. */
  async receives(type: string, order: Pick<WorkOrder, 'sessionId'>, times = 1): Promise<Received['data']> {
    await eventually(() => this.commandsOf(type, order).length >= times);
    return this.commandsOf(type, order).at(-1) ?? {};
  }

  /** The stored lines of the session's output. */
  linesOf({ sessionId }: WorkOrder): readonly unknown[] {
    const events = this.stored.flatMap((batch) => (batch.sessionId === sessionId ? batch.events : []));
    return events.flatMap(({ type, data }) => (type === 'agent_output' ? [data['text']] : []));
  }

  /** On a busy machine a batch is sent again before its reply has arrived. */
  #store(batch: SpooledBatch): void {
    const events = batch.events.filter(({ id }) => !this.#eventIds.has(id));
    for (const { id } of events) this.#eventIds.add(id);
    if (events.length > 0) this.stored.push({ ...batch, events });
  }

  #answer(type: string, data: Received['data'], commandId: string): unknown {
    const own = this.answers.get(type);
    if (own) return own(data, commandId);
    if (type === 'ClaimWork') return { order: this.#orders.shift() ?? null };
    if (type === 'NoteCheckpoint') return { done: true };
    if (type === 'CollectCheckpoints') return { unwanted: [] };
    if (type === 'RenewWork') return this.#renewed(data as { leases: { sessionId: string }[]; parked: string[] });
    return { position: 1, version: 1 };
  }

  #renewed({ leases, parked }: { leases: { sessionId: string }[]; parked: string[] }) {
    return {
      leases: leases.map(({ sessionId }) =>
        this.lost.has(sessionId)
          ? { sessionId, held: false }
          : { sessionId, held: true, ...(this.controls.get(sessionId) ?? { control: 'run', asOf: 1 }) },
      ),
      discard: parked.filter((sessionId) => this.discarded.has(sessionId)),
    };
  }
}

/** The program of the parser's thread, compiled as it is loaded. */
export const PARSER_SOURCE = {
  file: join(__dirname, '../src/assignment/parser.worker.ts'),
  execArgv: ['-r', TYPESCRIPT_HOOK],
};

type StartOptions = Readonly<{
  slots?: number;
  home?: string;
  replaced?: readonly Provider[];
  environment?: Readonly<Record<string, string>>;
}>;

/** Starts the service's own module on a real NATS server; only the log and the collector client's timing differ. */
async function startRunner(
  natsUrl: string,
  directory: string,
  { slots = 1, home = randomUUID(), replaced = [], environment = {} }: StartOptions,
) {
  const config = env(variables, {
    NATS_URL: natsUrl,
    HEALTH_PORT: '1',
    RUNNER_DIR: join(directory, home),
    OBJECTS_DIR: join(directory, 'objects'),
    RUNNER_SLOTS: String(slots),
    SYN_LOCAL_REPOS: '1',
    PAUSE_HOLD_SECONDS: '60',
    CANCEL_GRACE_SECONDS: '0.2',
    ...environment,
  });
  const runner = RunnerModule.of(config);
  return NestFactory.createApplicationContext(
    {
      ...runner,
      imports: [ServiceModule.of({ name: 'agent-runner', natsUrl })],
      providers: [
        ...(runner.providers ?? []),
        { provide: RunnerLog, useValue: new RunnerLog(pino({ enabled: false })) },
        {
          provide: CollectorClient,
          inject: [NATS],
          useFactory: (nats: NatsConnection) =>
            new CollectorClient(nats, {
              inboxPrefix: natsOptions({ url: natsUrl, name: '' }).inboxPrefix,
              resendAfterMs: 100,
            }),
        },
        { provide: PARSER_WORKER, useValue: PARSER_SOURCE },
        // Of two providers with one token, Nest takes the later one.
        ...replaced,
      ],
    },
    { logger: false },
  );
}

/** Starts runners beside a platform fixture, and stops them after each test. */
export function useRunner(directory: { readonly path: string }) {
  const bus = useNats();
  const running: { stop: () => Promise<void> }[] = [];
  let platform = new PlatformFixture();
  let connection: NatsConnection | undefined;

  beforeEach(async () => {
    platform = new PlatformFixture();
    connection = await connectNats({ url: bus.url, name: 'platform' });
    platform.listen(connection);
  });
  afterEach(async () => {
    for (const { stop } of running.splice(0)) await stop();
    if (connection) await drainAndClose(connection);
  });

  /** Returns the function that shuts the runner down. */
  const start = async (options: StartOptions = {}): Promise<() => Promise<void>> => {
    const app = await startRunner(bus.url, directory.path, options);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= app.close());
    running.push({ stop });
    return stop;
  };

  /** Makes the runner renew its leases now; `message` may be a hint that a session waits. */
  const wake = (message: object = {}) => {
    const runner = platform.received.find(({ type }) => type === 'RenewWork')?.data['runner'];
    connection?.publish(controlSubject(String(runner), natsUserIn(bus.url)), JSON.stringify(message));
  };

  /** Hints at work that waits for the slot of a held session, as often as the sweeper would, until that session is parked. */
  const wakeUntilParked = (order: Pick<WorkOrder, 'sessionId'>) => {
    const hint = { sessionId: randomUUID(), waiting: { provider: 'command' } };
    return eventually(() => {
      wake(hint);
      return platform.commandsOf('ParkPhase', order).length > 0;
    });
  };

  return {
    start,
    wake,
    wakeUntilParked,
    get platform() {
      return platform;
    },
  };
}
