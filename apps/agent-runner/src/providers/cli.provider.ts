import { DomainError } from '@syntropic/kernel';
import { FORWARDER_URL, settingsOf, type Plan, type PlannedSession, type Provider } from './provider';

const PLACEHOLDER = /\$(PROMPT|MODELS|MODEL)\b/g;

/** The most that Linux takes, with room for the text around the prompt. */
const MOST_ARGUMENT_BYTES = 120 * 1024;

const tooLong = () =>
  new DomainError(
    'agent.prompt_too_long',
    'a prompt of more than 120 KiB is no argument of a program: leave $PROMPT out, and it comes on standard input',
    'invalid',
    'agent.command',
  );

/** Runs any agent that prints JSON lines, as its configuration says: how it gets its prompt and its models, and what its lines mean. */
export class CliProvider implements Provider {
  readonly name = 'cli';
  readonly canResume = false;
  readonly yields = 'anywhere';

  plan({ agent, prompt, model = '' }: PlannedSession): Promise<Plan> {
    const { command, env = {} } = settingsOf('cli', agent);
    const values = { MODELS: FORWARDER_URL, MODEL: model };
    const hasPrompt = command.some((word) => /\$PROMPT\b/.test(word));
    if (hasPrompt && Buffer.byteLength(prompt) > MOST_ARGUMENT_BYTES) throw tooLong();
    const filled = Object.entries(env).map(([name, value]) => [name, filledIn(value, { ...values, PROMPT: '' })]);
    return Promise.resolve({
      argv: command.map((word) => filledIn(word, { ...values, PROMPT: prompt })),
      stdin: hasPrompt ? '' : prompt,
      env: Object.fromEntries(filled) as Record<string, string>,
      forwarder: true,
    });
  }
}

const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');
