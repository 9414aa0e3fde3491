import { settingsOf, type Plan, type PlannedSession, type Provider } from './provider';

/** Runs any program: the prompt on its standard input, its output line by line. */
export class CommandProvider implements Provider {
  readonly name = 'command';
  readonly canResume = false;
  readonly yields = 'anywhere';

  plan({ agent, prompt }: PlannedSession): Promise<Plan> {
    return Promise.resolve({ argv: settingsOf('command', agent).command, stdin: prompt, env: {} });
  }
}
