import { CliProvider } from './cli.provider';
import type { PlannedSession } from './provider';

const planned = (command: readonly string[], prompt: string) =>
  new CliProvider().plan({ agent: { provider: 'cli', command }, prompt } as unknown as PlannedSession);

describe('a prompt of more than 120 KiB', () => {
  const prompt = 'x'.repeat(120 * 1024 + 1);

  it('is no argument of a program, and fails the session with what to do', () => {
    expect(() => void planned(['agent', '$PROMPT'], prompt)).toThrow(
      expect.objectContaining({ code: 'agent.prompt_too_long', field: 'agent.command' }) as Error,
    );
  });

  it('comes on standard input', async () => {
    await expect(planned(['agent', '-'], prompt)).resolves.toMatchObject({ argv: ['agent', '-'], stdin: prompt });
  });
});
