import type { CommandClient } from '@syntropic/messaging';
import { WorkHint } from '@syntropic/orchestration/contracts';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { CollectorClient } from '@syntropic/telemetry';
import type { Msg, NatsConnection } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Provider } from '../providers';
import type { Graces } from '../session';
import type { Backend } from '../workspaces';
import { Assignment } from './assignment';
import { Assignments } from './assignments';
import { Claims } from './claims';
import { Clearance } from './clearance';
import type { Facilities } from './facilities';
import { followHints } from './hints';
import { Leases, type Abilities } from './leases';
import { runnerIn } from './runner-identity';
import { SessionDirectories } from './session-directories';

export type AgentRunnerOptions = Readonly<{
  nats: NatsConnection;
  commands: CommandClient;
  collector: CollectorClient;
  objects: ObjectStorage;
  /** Kept between the runner's lives: its name, workspaces, spools. */
  directory: string;
  backends: readonly Backend[];
  providers: readonly Provider[];
  slots: number;
  graces: Graces;
  pauseHoldMs: number;
  allowFileRepositories: boolean;
  log: Logger;
}>;

/** How long running agents have to finish by themselves when the runner is told to stop. */
const FINISH_MS = 10_000;

/** Takes work for its free slots, runs it, and keeps its leases. */
export class AgentRunner {
  readonly #assignments = new Assignments();
  #leases: Leases | undefined;

  constructor(private readonly options: AgentRunnerOptions) {}

  /** @throws until the command service knows this runner. */
  check(): Promise<void> {
    return this.#leases?.check() ?? Promise.reject(new Error('it is still looking at what it can offer'));
  }

  /** Until the signal; then what runs has a moment to finish, and the rest is parked or handed back. */
  async run(signal: AbortSignal): Promise<void> {
    const { nats, commands, collector, log } = this.options;
    const ended = new AbortController();
    const directories = new SessionDirectories(join(this.options.directory, 'sessions'));
    await directories.reap();
    const abilities = await this.#abilities();
    const onFault = (error: unknown) => {
      log.warn({ error }, 'the runner goes on after a fault');
    };

    const clearance = new Clearance({ directories, collector, onFault, signal: ended.signal });
    const leases = new Leases({
      client: commands,
      abilities,
      // What is worked on may be parked, or taken again, before the answer comes: it is neither named nor cleared away.
      parked: async () => (await directories.list()).filter((sessionId) => !this.#assignments.has(sessionId)),
      discard: (sessionId) => {
        if (!this.#assignments.has(sessionId)) clearance.clear(sessionId);
      },
      onFault,
    });
    this.#leases = leases;
    const facilities: Facilities = { ...this.#facilities(), runner: abilities.runner, leases, directories, onFault };
    const claims = new Claims({
      client: commands,
      abilities,
      onFault,
      take: (order) => this.#assignments.work(new Assignment(order, facilities)),
    });

    const hear = (message: Pick<Msg, 'json'>) => {
      claims.hint();
      const { sessionId, waiting } = hintIn(message) ?? {};
      const isOurs = waiting !== undefined && abilities.providers.includes(waiting.provider);
      if (sessionId && isOurs && claims.isFull) this.#assignments.makeRoomFor(sessionId);
    };
    const wake = nats.subscribe(`control.${abilities.runner}`, {
      callback: (_, message) => {
        leases.wake();
        hear(message);
      },
    });
    const renewing = leases.run(ended.signal);
    const hints = followHints(nats, abilities.backends, hear, signal);
    await claims.run(signal);

    await this.#leave(claims);
    ended.abort();
    await Promise.all([renewing, hints, clearance.finished()]);
    if (!nats.isClosed()) wake.unsubscribe();
  }

  async #leave(claims: Claims): Promise<void> {
    const finished = claims.finished();
    const patience = new AbortController();
    await Promise.race([finished, pause(FINISH_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    this.#assignments.leave();
    await finished;
  }

  async #abilities(): Promise<Abilities> {
    const { backends, providers, slots, directory, log } = this.options;
    const probes = await Promise.all(backends.map(async (backend) => ({ backend, ...(await backend.probe()) })));
    for (const { backend, available, reason, unenforceable } of probes) {
      log.info({ backend: backend.name, available, reason, unenforceable }, 'workspace backend');
    }
    return {
      runner: await runnerIn(directory),
      backends: probes.filter(({ available }) => available).map(({ backend }) => backend.name),
      providers: providers.map(({ name }) => name),
      slots,
    };
  }

  #facilities() {
    const { commands, collector, objects, backends, providers, ...rest } = this.options;
    const { graces, pauseHoldMs, allowFileRepositories } = rest;
    return {
      commands,
      collector,
      objects,
      graces,
      pauseHoldMs,
      allowFileRepositories,
      backends: new Map(backends.map((backend) => [backend.name, backend])),
      providers: new Map<string, Provider>(providers.map((provider) => [provider.name, provider])),
    };
  }
}

/** Whoever hears what is no hint has only been woken. */
function hintIn(message: Pick<Msg, 'json'>): WorkHint | undefined {
  try {
    return WorkHint.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
}
