import { ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { CommandClient, connectNats, hangUp } from '@syntropic/messaging';
import { LocalObjectStorage } from '@syntropic/object-storage';
import { WorkOrder, type AgentConfiguration, type Control } from '@syntropic/orchestration/contracts';
import { CollectorClient, REPLY_HEADER, type SpooledBatch } from '@syntropic/telemetry';
import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { z } from 'zod';
import { CommandProvider, SimulatedProvider } from '../src/providers';
import { AgentRunner } from '../src/work/agent-runner';
import { SandboxBackend } from '../src/workspaces';
import { command } from './session.fixture';

type Said = Readonly<{ type: string; data: Readonly<Record<string, unknown>> }>;

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

/** The other ends of a runner's wires: whoever hands out work, and whoever stores telemetry. */
class Counterpart {
  /** What runners have said, each statement once, in order. */
  readonly said: Said[] = [];
  /** Batches that were stored. */
  readonly stored: SpooledBatch[] = [];
  readonly wishes = new Map<string, Readonly<{ control: Control; asOf: number }>>();
  readonly lost = new Set<string>();
  readonly discarded = new Set<string>();
  /** How a statement is answered instead of being taken; nothing keeps silent. */
  readonly answers = new Map<string, (data: Said['data'], commandId: string) => unknown>();
  isStoring = true;
  readonly #orders: WorkOrder[] = [];
  readonly #heard = new Set<string>();

  listen(nats: NatsConnection): void {
    nats.subscribe('commands.>', {
      callback: (_, message) => {
        const { id, data } = message.json<{ id: string; data: Said['data'] }>();
        const type = message.subject.split('.').at(-1) ?? '';
        const commandId = message.headers?.get('Syn-Command-Id') ?? '';
        if (!this.#heard.has(commandId)) this.said.push({ type, data });
        this.#heard.add(commandId);
        const response = this.#answer(type, data, commandId);
        if (response) message.respond(JSON.stringify({ id, response, isDisposed: true }));
      },
    });
    nats.subscribe('telemetry.>', {
      callback: (_, message) => {
        if (!this.isStoring) return;
        const batch = message.json<SpooledBatch>();
        this.stored.push(batch);
        nats.publish(message.headers?.get(REPLY_HEADER) ?? '', JSON.stringify({ committed: batch.lastLine }));
      },
    });
  }

  offer(...orders: readonly WorkOrder[]): void {
    this.#orders.push(...orders);
  }

  ask({ sessionId }: WorkOrder, control: Control, asOf: number): void {
    this.wishes.set(sessionId, { control, asOf });
  }

  saidOf(type: string, { sessionId }: Pick<WorkOrder, 'sessionId'>): readonly Said['data'][] {
    return this.said.flatMap((said) => (said.type === type && said.data['sessionId'] === sessionId ? [said.data] : []));
  }

  async hears(type: string, order: Pick<WorkOrder, 'sessionId'>, times = 1): Promise<Said['data']> {
    await eventually(() => this.saidOf(type, order).length >= times, { within: 20_000 });
    return this.saidOf(type, order).at(-1) ?? {};
  }

  /** What its agent has said, as far as it is stored. */
  linesOf({ sessionId }: WorkOrder): readonly unknown[] {
    const events = this.stored.flatMap((batch) => (batch.sessionId === sessionId ? batch.events : []));
    return events.flatMap(({ type, data }) => (type === 'agent_output' ? [data['text']] : []));
  }

  #answer(type: string, data: Said['data'], commandId: string): unknown {
    const own = this.answers.get(type);
    if (own) return own(data, commandId);
    if (type === 'ClaimWork') return { order: this.#orders.shift() ?? null };
    if (type === 'RenewWork') return this.#renewed(data as { leases: { sessionId: string }[]; parked: string[] });
    return { position: 1, version: 1 };
  }

  #renewed({ leases, parked }: { leases: { sessionId: string }[]; parked: string[] }) {
    return {
      leases: leases.map(({ sessionId }) =>
        this.lost.has(sessionId)
          ? { sessionId, held: false }
          : { sessionId, held: true, ...(this.wishes.get(sessionId) ?? { control: 'run', asOf: 1 }) },
      ),
      discard: parked.filter((sessionId) => this.discarded.has(sessionId)),
    };
  }
}

/** A runner on a real bus, and the others it speaks with; started by the spec, ended after it. */
export function useRunner(directory: { readonly path: string }) {
  const bus = useNats();
  const running: { stop: AbortController; ended: Promise<void>; close: () => Promise<void> }[] = [];
  let counterpart = new Counterpart();
  let desk: NatsConnection | undefined;

  beforeEach(async () => {
    counterpart = new Counterpart();
    desk = await connectNats({ url: bus.url, name: 'desk' });
    counterpart.listen(desk);
  });
  afterEach(async () => {
    for (const { stop, ended, close } of running.splice(0)) {
      stop.abort();
      await ended;
      await close();
    }
    if (desk) await hangUp(desk);
  });

  const start = async ({
    slots = 1,
    pauseHoldMs = 60_000,
    home = randomUUID(),
  }: Readonly<{ slots?: number; pauseHoldMs?: number; home?: string }> = {}) => {
    const nats = await connectNats({ url: bus.url, name: 'agent-runner' });
    const commands = new CommandClient({ url: bus.url, name: 'agent-runner' });
    const runner = new AgentRunner({
      nats,
      commands,
      collector: new CollectorClient(nats, { inboxPrefix: '_INBOX.agent-runner', resendAfterMs: 100 }),
      objects: new LocalObjectStorage(join(directory.path, 'objects')),
      directory: join(directory.path, home),
      backends: [new SandboxBackend()],
      providers: [new CommandProvider(), new SimulatedProvider()],
      slots,
      graces: { interruptMs: 200, terminateMs: 200 },
      pauseHoldMs,
      allowFileRepositories: true,
      log: pino({ enabled: false }),
    });
    const stop = new AbortController();
    const ended = runner.run(stop.signal);
    const close = async () => {
      await commands.close();
      await hangUp(nats);
    };
    running.push({ stop, ended, close });
    return { stop, ended };
  };

  /** Renew now; and, where a session waits, that it does. */
  const wake = (message: object = {}) => {
    const renewed = counterpart.said.find(({ type }) => type === 'RenewWork')?.data['runner'];
    desk?.publish(`control.${String(renewed)}`, JSON.stringify(message));
  };

  return {
    start,
    wake,
    get counterpart() {
      return counterpart;
    },
  };
}
