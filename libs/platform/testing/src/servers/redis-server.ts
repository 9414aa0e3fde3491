import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalServer } from './local-server';
import { respondsWith } from './tcp-probe';

export interface RedisOptions {
  readonly directory: string;
  readonly log: string;
  readonly password: string;
}

/** A Redis server as a cache: it keeps nothing across a stop and evicts the oldest keys when it is full. */
export function redisServer({ directory, log, password }: RedisOptions): LocalServer {
  const settings = join(directory, 'redis.conf');
  return new LocalServer({
    name: 'redis',
    directory,
    log,
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
    async prepare(port) {
      const configuration = [
        'bind 127.0.0.1',
        `port ${port}`,
        `requirepass ${password}`,
        `dir ${JSON.stringify(directory)}`,
        'save ""',
        'appendonly no',
        'maxmemory 64mb',
        'maxmemory-policy allkeys-lru',
      ];
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(settings, `${configuration.join('\n')}\n`, { mode: 0o600 });
      return ['redis-server', settings];
    },
    isReady: (port) => respondsWith(port, `AUTH ${password}\r\nPING\r\n`, /\+PONG/),
    url: (port) => `redis://:${password}@127.0.0.1:${port}`,
  });
}
