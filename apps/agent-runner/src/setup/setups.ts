import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../injection-tokens';
import { SessionSockets } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import { prepareWorkspace, type SetupSpec } from './prepare-workspace';
import { RunnerSecrets } from './runner-secrets';

/** Prepares workspaces with what this runner offers to set-ups. */
@Injectable()
export class Setups {
  constructor(
    private readonly sockets: SessionSockets,
    private readonly secrets: RunnerSecrets,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'output'>,
  ) {}

  /** @throws DomainError for faults that the workflow's author can correct; the signal's reason when it is aborted */
  async prepare(spec: Omit<SetupSpec, 'sockets' | 'secrets' | 'output'>): Promise<'done' | 'parked'> {
    const { sockets, settings } = this;
    const secrets = await this.secrets.of(spec.setup.secrets);
    return prepareWorkspace({ ...spec, sockets, secrets, output: settings.output });
  }
}
