import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CommandClient } from '@syntropic/messaging';
import { openObjectStorage, type ObjectStorage } from '@syntropic/object-storage';
import { Background, InjectLog, InjectNats } from '@syntropic/service';
import { CollectorClient } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { config } from './agent-runner.config';
import { CommandProvider, ReplayProvider, SimulatedProvider } from './providers';
import { AgentRunner } from './work/agent-runner';
import { ProcessBackend, SandboxBackend } from './workspaces';

const OBJECTS = Symbol('object storage');

/** The runner with everything it is configured to offer. */
@Module({ providers: [{ provide: OBJECTS, useFactory: () => openObjectStorage(config) }] })
export class RunnerModule implements OnApplicationShutdown {
  private readonly commands = new CommandClient({ url: config.NATS_URL, name: 'agent-runner' });

  constructor(
    background: Background,
    @InjectNats() nats: NatsConnection,
    @InjectLog() log: Logger,
    @Inject(OBJECTS) objects: ObjectStorage,
  ) {
    const runner = new AgentRunner({
      nats,
      commands: this.commands,
      collector: new CollectorClient(nats, { inboxPrefix: '_INBOX.agent-runner' }),
      objects,
      directory: config.RUNNER_DIR,
      backends: [new SandboxBackend(), new ProcessBackend(config.SYN_ALLOW_PROCESS)],
      providers: [
        new CommandProvider(),
        new SimulatedProvider(),
        ...(config.SYN_RECORDINGS_DIR ? [new ReplayProvider(config.SYN_RECORDINGS_DIR)] : []),
      ],
      slots: config.RUNNER_SLOTS,
      graces: { interruptMs: config.CANCEL_GRACE_SECONDS, terminateMs: config.CANCEL_GRACE_SECONDS },
      pauseHoldMs: config.PAUSE_HOLD_SECONDS,
      allowFileRepositories: config.SYN_LOCAL_REPOS,
      log,
    });
    background.add(
      'runner',
      (signal) => runner.run(signal),
      () => runner.check(),
    );
  }

  onApplicationShutdown(): Promise<void> {
    return this.commands.close();
  }
}
