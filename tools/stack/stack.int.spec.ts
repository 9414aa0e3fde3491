import { eventually, useNats, usePostgres, useRedis } from '@syntropic/testing';
import { freePort, isAlive } from '@syntropic/testing/servers';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SERVICE_NAMES } from './services';
import { Stack } from './stack';

const Running = z.object({ pid: z.number() });
const Recorded = z.object({
  services: z.record(z.enum(SERVICE_NAMES), Running.extend({ healthUrl: z.string() })),
  servers: z.record(z.enum(['postgres', 'nats', 'redis']), z.object({ pid: z.number().optional(), url: z.string() })),
});

/** A healthy service that answers every request with its environment. */
const HEALTHY = `
  require('node:http')
    .createServer((_, response) => response.end(JSON.stringify(process.env)))
    .listen(process.env.PORT ?? process.env.HEALTH_PORT, '127.0.0.1');`;

describe('the stack', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syn-stack-'));
  const printed: string[] = [];

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('runs everything, restarts a killed service, and ends every process it started', async () => {
    const port = await freePort();
    const stack = stackOf(port, HEALTHY);
    expect(await stack.start()).toBe(`http://127.0.0.1:${port}`);
    for (const each of ['postgres', 'nats', 'redis', 'the schema', ...SERVICE_NAMES]) {
      expect(printed).toContain(`waiting for ${each}`);
    }

    const before = recorded();
    process.kill(before.services.gateway.pid, 'SIGKILL');
    await eventually(() => {
      expect(recorded().services.gateway.pid).not.toBe(before.services.gateway.pid);
    });
    await eventually(() => environmentAt(before.services.gateway.healthUrl));

    const pids = pidsOf(recorded());
    expect(pids).toHaveLength(8);
    await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('names a service that does not start, with the tail of its log', async () => {
    const stack = stackOf(await freePort(), `throw new Error('no such setting');`);

    await expect(stack.start()).rejects.toThrow(/ended while starting[^]+no such setting/);
    await stack.stop();
  });

  it('refuses a port that is taken', async () => {
    const stack = stackOf(await freePort(), HEALTHY);
    const port = Number(new URL(await stack.start()).port);
    const other = new Stack(
      options(port, join(directory, 'other')),
      (line) => printed.push(line),
      join(directory, 'apps'),
    );

    await expect(other.start()).rejects.toThrow(`port ${port} is taken`);
    await other.stop();
    await stack.stop();
  });

  describe('on external servers', () => {
    const [postgres, nats, redis] = [usePostgres(), useNats(), useRedis()];
    const before = { ...process.env };

    beforeAll(() => {
      Object.assign(process.env, { DATABASE_URL: postgres.url, NATS_URL: nats.url, REDIS_URL: redis.url });
    });
    afterAll(() => {
      process.env = before;
    });

    it('starts no server, and still gives each service its own role', async () => {
      const stack = stackOf(await freePort(), HEALTHY);
      await stack.start();

      const { servers, services } = recorded();
      expect(Object.values(servers)).toEqual([{ url: postgres.url }, { url: nats.url }, { url: redis.url }]);
      const { DATABASE_URL = '', NATS_URL } = await environmentAt(services['command-service'].healthUrl);
      expect(new URL(DATABASE_URL)).toMatchObject({
        username: 'syn_command_service',
        host: new URL(postgres.url).host,
      });
      expect(NATS_URL).toBe(nats.url);
      await stack.stop();
      expect(postgres.pid).toBeDefined();
    });
  });

  function stackOf(port: number, service: string): Stack {
    for (const name of SERVICE_NAMES) {
      const source = join(directory, 'apps', name, 'src');
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, 'main.js'), service);
    }
    return new Stack(options(port, join(directory, 'data')), (line) => printed.push(line), join(directory, 'apps'));
  }

  function recorded() {
    return Recorded.parse(JSON.parse(readFileSync(join(directory, 'data/stack.json'), 'utf8')));
  }
});

function options(port: number, dataDirectory: string) {
  return { port, dataDirectory, logDirectory: join(dataDirectory, 'logs'), demo: false };
}

function pidsOf({ services, servers }: z.output<typeof Recorded>): readonly number[] {
  return [...Object.values(services), ...Object.values(servers)].flatMap(({ pid }) => pid ?? []);
}

async function environmentAt(url: string): Promise<Record<string, string>> {
  const response = await fetch(url);
  return z.record(z.string(), z.string()).parse(await response.json());
}
