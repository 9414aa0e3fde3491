import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createDatabase, eventually, useNats, usePostgres, type OwnDatabase } from '@syntropic/testing';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { gatewayConfig } from '../src/gateway.config';
import { gatewayFromSource } from './gateway-from-source';

let database: OwnDatabase;
let app: NestFastifyApplication;
let url: string;

afterAll(async () => {
  await app.close();
  await database.pool.end();
});
const postgres = usePostgres();
const nats = useNats();

beforeAll(async () => {
  database = await createDatabase(postgres.url);
  app = await gatewayFromSource(
    gatewayConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: database.urlAs('syn_gateway'),
      NATS_URL: nats.url,
      OBJECTS_DIR: tmpdir(),
      LOG_LEVEL: 'silent',
    }),
  );
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});

const read = (path: string) => fetch(`${url}${path}`);

async function refusesFor(away: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  expect((await read('/api/workflows')).status).toBe(200);
  await away();
  const answer = await read('/api/workflows');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({ code: 'store.unavailable', detail: 'the store does not answer' });
  expect((await read('/health/ready')).status).toBe(503);
  expect((await read('/health/live')).status).toBe(200);

  await back();
  await eventually(async () => {
    expect((await read('/api/workflows')).status).toBe(200);
  });
}

describe('the store', () => {
  it('that has stopped is said to be away, until it is back', () =>
    refusesFor(
      () => postgres.stop(),
      () => postgres.start(),
    ));

  it('that does not answer is as good as away', () =>
    refusesFor(
      () => postgres.freeze(),
      () => postgres.thaw(),
    ));
});
