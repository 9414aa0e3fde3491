import { z } from 'zod';
import { ConfigurationError, env } from './env';

const schema = z.object({ PORT: z.coerce.number().int(), NATS_URL: z.url(), LEVEL: z.string().default('info') });

describe('the environment', () => {
  it('is parsed into the fields of the schema, without others', () => {
    expect(env(schema, { PORT: '80', NATS_URL: 'nats://localhost:1', HOME: '/root' })).toEqual({
      PORT: 80,
      NATS_URL: 'nats://localhost:1',
      LEVEL: 'info',
    });
  });

  it('reports every error by its variable, together', () => {
    const fault = catching(() => env(schema, { PORT: 'eighty' }));

    expect(fault).toBeInstanceOf(ConfigurationError);
    expect((fault as ConfigurationError).faults).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^NATS_URL: /),
    ]);
  });

  it('treats an empty variable as unset', () => {
    expect(env(schema, { PORT: '80', NATS_URL: 'nats://localhost:1', LEVEL: '' }).LEVEL).toBe('info');
  });
});

function catching(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
