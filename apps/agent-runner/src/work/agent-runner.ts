import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Background } from '@syntropic/service';
import { UnwantedCheckpoints } from '../checkpoints/unwanted-checkpoints';
import { CapabilityProbe } from './capabilities';
import { DiskRoom } from './disk-room';
import { Leases } from './leases';
import { ParkedSessions } from './parked-sessions';
import { WorkIntake } from './work-intake';

/** Takes work, runs it, and keeps its leases. */
@Injectable()
export class AgentRunner {
  #isProbed = false;

  constructor(
    private readonly probe: CapabilityProbe,
    private readonly intake: WorkIntake,
    private readonly leases: Leases,
    private readonly parked: ParkedSessions,
  ) {}

  /** @throws until the command service knows this runner. */
  check(): Promise<void> {
    return this.#isProbed ? this.leases.check() : Promise.reject(new Error('the workspace backends are being probed'));
  }

  /** After the signal, running agents have a moment to finish; the others are parked or interrupted. */
  async run(signal: AbortSignal): Promise<void> {
    await this.parked.reapOrphans();
    const capabilities = await this.probe.capabilities();
    this.#isProbed = true;

    const ended = new AbortController();
    const renewing = this.leases.run(capabilities, this.parked, ended.signal);
    try {
      await this.intake.run(capabilities, signal);
    } finally {
      ended.abort();
      await Promise.all([renewing, this.parked.waitForCleanup()]);
    }
  }
}

/** Runs the agent runner while the service is up. */
@Injectable()
export class AgentRunnerTask implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly runner: AgentRunner,
    private readonly room: DiskRoom,
    private readonly checkpoints: UnwantedCheckpoints,
  ) {}

  onModuleInit(): void {
    this.background.add(
      'runner',
      (signal) => this.runner.run(signal),
      () => this.runner.check(),
    );
    this.background.add('checkpoints', (signal) => this.checkpoints.run(signal));
    this.background.addOptional(() => this.room.check());
  }
}
