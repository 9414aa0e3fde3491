import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../injection-tokens';
import { SessionSockets } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import { prepareWorkspace, type SetupSpec } from './prepare-workspace';
import { RunnerSecrets } from './runner-secrets';
import { Snapshots } from './snapshots';

/** Prepares workspaces with what this runner offers to set-ups. */
@Injectable()
export class Setups {
  constructor(
    private readonly sockets: SessionSockets,
    private readonly secrets: RunnerSecrets,
    private readonly snapshots: Snapshots,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'output'>,
  ) {}

  /** @throws DomainError for faults that the workflow's author can correct; the signal's reason when it is aborted */
  async prepare(spec: Omit<SetupSpec, 'sockets' | 'secrets' | 'snapshots' | 'output'>): Promise<'done' | 'parked'> {
    const { sockets, settings, snapshots } = this;
    const secrets = await this.secrets.of(spec.setup.secrets);
    return prepareWorkspace({ ...spec, sockets, secrets, snapshots, output: settings.output });
  }
}
