import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { call } from './call';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const SECRET = 'a secret of the webhook';
const PATH = '/api/webhooks/github';

let signed = '';
beforeAll(async () => {
  signed = await gateway.start({ GITHUB_WEBHOOK_SECRET: SECRET });
});

const signatureOf = (body: string, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
type Delivery = Readonly<{ event?: string; id?: string; signature?: string | undefined; url?: string }>;
const deliver = (payload: object | string, own: Delivery = {}) => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const { event: name = 'check_run', id = 'delivery-1', url = signed } = own;
  const signature = 'signature' in own ? own.signature : signatureOf(body);
  const headers = {
    'x-github-event': name,
    'x-github-delivery': id,
    ...(signature !== undefined && { 'x-hub-signature-256': signature }),
  };
  return call(url, 'POST', PATH, { body, headers });
};

const checkRun = {
  action: 'completed',
  check_run: { conclusion: 'failure', title: 'Überraschung 🚀' },
  repository: { full_name: 'acme/api' },
  sender: { login: 'ada' },
};
const answer = { position: 1, version: 1, matched: ['tr-01234567'] };

describe('a delivery', () => {
  it('is not taken without the signature of its bytes', async () => {
    const service = gateway.takeCommands(answer);
    const body = JSON.stringify(checkRun);
    const refused = [
      await deliver(checkRun, { signature: undefined }),
      await deliver(checkRun, { signature: signatureOf(body, 'another secret') }),
      await deliver(checkRun, { signature: signatureOf(`${body} `) }),
      await deliver(checkRun, { signature: signatureOf(body).slice(0, -2) }),
      await deliver(checkRun, { signature: signatureOf(body).replace('sha256', 'sha1') }),
      await deliver(checkRun, { signature: '' }),
      await deliver({ zen: 'x' }, { event: 'ping', signature: undefined }),
      await deliver('{', { signature: signatureOf('x') }),
      await deliver(checkRun, { url: gateway.url }),
      await deliver(checkRun, { url: gateway.url, signature: undefined }),
    ];
    service.stop();
    expect(refused.map(({ status, body: { code } }) => [status, code])).toEqual([
      [401, 'webhook.signature_missing'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.signature_missing'],
      [401, 'webhook.signature_wrong'],
      [401, 'webhook.not_configured'],
      [401, 'webhook.not_configured'],
    ]);
    expect(service.taken).toEqual([]);
  });

  it('is compared with the rules of its repository, and names those that it matches', async () => {
    const service = gateway.takeCommands(answer);
    const taken = await deliver(checkRun, { id: 'delivery-2' });
    const push = await deliver({ repository: { full_name: 'acme/api' } }, { event: 'push', id: 'delivery-3' });
    const elsewhere = await deliver({ action: 'created' }, { event: 'marketplace_purchase', id: 'delivery-4' });
    service.stop();

    expect(taken).toMatchObject({
      status: 200,
      body: { status: 'processed', event: 'check_run', triggers: [{ trigger_id: 'tr-01234567' }] },
    });
    expect(push.status).toBe(200);
    expect(elsewhere).toMatchObject({ status: 200, body: { status: 'processed', triggers: [] } });
    expect(service.taken).toEqual([
      {
        'github.AcceptDelivery': {
          deliveryId: 'delivery-2',
          event: 'check_run.completed',
          repository: 'acme/api',
          payload: JSON.stringify(checkRun),
        },
      },
      {
        'github.AcceptDelivery': {
          deliveryId: 'delivery-3',
          event: 'push',
          repository: 'acme/api',
          payload: JSON.stringify({ repository: { full_name: 'acme/api' } }),
        },
      },
    ]);
  });

  it('that is sent again is the same command', async () => {
    const service = gateway.takeCommands(answer);
    await deliver(checkRun, { id: 'delivery-5' });
    await deliver(checkRun, { id: 'delivery-5' });
    await deliver(checkRun, { id: 'delivery-6' });
    service.stop();
    const [first, again, other] = service.commandIds;
    expect(service.commandIds).toHaveLength(3);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('is answered to any host, for its signature shows who has sent it', async () => {
    const body = JSON.stringify({ zen: 'Keep it logically awesome.' });
    const status = await new Promise((resolve, reject) => {
      const headers = {
        host: 'syntropic.example.org',
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-github-delivery': 'delivery-7',
        'x-hub-signature-256': signatureOf(body),
      };
      const asked = request(`${signed}${PATH}`, { method: 'POST', headers }, (response) => {
        resolve(response.resume().statusCode);
      });
      asked.on('error', reject).end(body);
    });
    expect(status).toBe(200);
    expect(await deliver(body, { event: 'ping' })).toMatchObject({
      status: 200,
      body: { status: 'pong', zen: 'Keep it logically awesome.' },
    });
  });

  it('that cannot be read is refused by what is wrong with it', async () => {
    const service = gateway.takeCommands(answer);
    const refused = [
      await deliver('{'),
      await deliver('[]'),
      await deliver(checkRun, { event: 'Check Run' }),
      await deliver(checkRun, { id: '' }),
      await deliver({ ...checkRun, repository: 'acme/api' }),
      await deliver(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`),
      await deliver({ action: 'created' }, { event: 'installation' }),
      await deliver({ text: 'x'.repeat(1024 * 1024) }),
    ];
    service.stop();
    expect(refused.map(({ status, body: { field = null } }) => [status, field])).toEqual([
      [400, null],
      [422, null],
      [422, 'X-GitHub-Event'],
      [422, 'X-GitHub-Delivery'],
      [422, 'repository'],
      [422, null],
      [422, 'installation'],
      [413, null],
    ]);
    expect(service.taken).toEqual([]);
  });
});

describe('a delivery about an installation', () => {
  const account = { id: 7, login: 'acme', type: 'Organization' };
  const about = { installation: { id: 4711, account }, sender: { login: 'ada' } };
  const command = { installationId: '4711', accountId: 7, accountName: 'acme', accountType: 'Organization' };
  const repository = (id: number) => ({ id, full_name: `acme/r${id}`, private: true });
  const recorded = (githubId: number) => ({ githubId, fullName: `acme/r${githubId}`, isPrivate: true });

  it('becomes commands to the installation', async () => {
    const service = gateway.takeCommands();
    const named = (name: string, payload: object) => deliver({ ...about, ...payload }, { event: name });
    await named('installation', { action: 'created', repositories: [repository(1)] });
    await named('installation', { action: 'suspend' });
    await named('installation', { action: 'unsuspend' });
    await named('installation', { action: 'deleted' });
    await named('installation', { action: 'something_new' });
    await named('installation_repositories', {
      action: 'added',
      repositories_added: [repository(2)],
      repositories_removed: [{ id: 1 }],
    });
    service.stop();
    expect(service.taken).toEqual([
      { 'github.InstallApp': { ...command, repositories: [recorded(1)] } },
      { 'github.SuspendInstallation': { installationId: '4711', suspended: true } },
      { 'github.SuspendInstallation': { installationId: '4711', suspended: false } },
      { 'github.RevokeInstallation': { installationId: '4711' } },
      { 'github.ChangeInstallationRepositories': { ...command, added: [recorded(2)], removed: [1] } },
    ]);
  });

  it('with many repositories becomes several commands, of people and enterprises too', async () => {
    const service = gateway.takeCommands();
    const many = Array.from({ length: 1_001 }, (_, n) => repository(n + 1));
    await deliver({ ...about, action: 'created', repositories: many }, { event: 'installation' });
    const user = { id: 8, login: 'ada', type: 'User' };
    await deliver({ action: 'created', installation: { id: 5, account: user } }, { event: 'installation' });
    const enterprise = { id: 9, slug: 'big' };
    await deliver({ action: 'created', installation: { id: 6, account: enterprise } }, { event: 'installation' });
    service.stop();
    expect(service.taken.map((one) => Object.keys(one)[0])).toEqual([
      'github.InstallApp',
      'github.ChangeInstallationRepositories',
      'github.ChangeInstallationRepositories',
      'github.InstallApp',
      'github.InstallApp',
    ]);
    expect(service.taken[2]).toMatchObject({ 'github.ChangeInstallationRepositories': { added: [recorded(1_001)] } });
    expect(service.taken[3]).toMatchObject({ 'github.InstallApp': { accountName: 'ada', accountType: 'User' } });
    expect(service.taken[4]).toMatchObject({ 'github.InstallApp': { accountName: 'big', accountType: 'Enterprise' } });
  });
});
