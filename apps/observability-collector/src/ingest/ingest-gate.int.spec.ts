import { ApiKeys, KEYS_CHANGED, newApiKey, secretHashOf, type Role } from '@syntropic/access';
import { ApiKeyId } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { collected, useIngestion } from '../testing/ingest.fixture';

const { collectors, url } = useIngestion(() => ({ publicHosts: ['collector.example'], requestsPerMinute: 5 }));

const body = () => JSON.stringify({ agent_id: 'a', batch_id: 'b', events: [collected(randomUUID())] });

/** The status of a batch that is sent with these headers. */
async function sent(headers: Readonly<Record<string, string>>) {
  const asked = request(`${await url()}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  asked.end(body());
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, headers: answer.headers };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function makeKey(role: Role, scopes: readonly string[] = []) {
  const keyId = ApiKeyId.parse(`key-${randomBytes(6).toString('hex')}`);
  const key = newApiKey(keyId);
  const bus = await collectors.connect('command-service');
  const keys = new ApiKeys(collectors.database.pool, () => {
    bus.publish(KEYS_CHANGED);
  });
  const secretHash = secretHashOf(key);
  await keys.create({ keyId, name: role, role, scopes: [...scopes], secretHash, lifetimeDays: 1 }, 'spec');
  return { key, revoke: () => keys.revoke({ keyId }, 'spec') };
}

describe('without any key', () => {
  it('this machine may report', async () => {
    await expect(sent({})).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    [{ host: 'evil.example' }],
    [{ host: 'collector.example' }],
    [{ origin: 'http://evil.example' }],
    [{ 'sec-fetch-site': 'cross-site' }],
  ])('%j may not', async (headers) => {
    await expect(sent(headers)).resolves.toMatchObject({ status: 403 });
  });
});

describe('with keys', () => {
  it('a report needs one that is valid, of an operator, and for telemetry', async () => {
    const operator = await makeKey('operator', ['telemetry']);
    const viewer = await makeKey('viewer');
    const other = await makeKey('operator', ['executions']);
    await eventually(async () => (await sent({})).status === 401);

    await expect(sent(bearer(`${operator.key}x`))).resolves.toMatchObject({ status: 401 });
    await expect(sent(bearer(viewer.key))).resolves.toMatchObject({ status: 403 });
    await expect(sent(bearer(other.key))).resolves.toMatchObject({ status: 403 });
    await expect(sent({ ...bearer(operator.key), host: 'collector.example' })).resolves.toMatchObject({ status: 200 });
    await expect(sent({ ...bearer(operator.key), host: 'evil.example' })).resolves.toMatchObject({ status: 403 });

    await operator.revoke();
    await eventually(async () => (await sent(bearer(operator.key))).status === 401);
  });

  it('one may send so many requests in a minute', async () => {
    const { key } = await makeKey('operator');
    const answers = [];
    for (let request_ = 0; request_ < 6; request_++) answers.push(await sent(bearer(key)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]?.headers).toMatchObject({ 'retry-after': expect.stringMatching(/^\d+$/) as string });
  });

  it('health and metrics stay open', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      await expect(fetch(`${await url()}${path}`)).resolves.toMatchObject({ status: 200 });
    }
    await expect(fetch(`${await url()}/nothing`)).resolves.toMatchObject({ status: 404 });
  });
});
