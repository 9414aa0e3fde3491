import { event } from '@syntropic/kernel/testing';
import { organization } from '@syntropic/organization/contracts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/organizations';
const TO = 'commands.organization';

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const json = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
  const response = await fetch(`${gateway.url}${path}`, { method, headers, ...json });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('lists and shows each organization', async () => {
  const data = { organizationId: 'org-01234567', name: 'First', slug: 'first', createdBy: 'api' };
  const { minPosition } = await gateway.record(`organization-${data.organizationId}`, [
    event(organization.events.OrganizationCreated, data),
  ]);
  const shown = { organization_id: data.organizationId, name: 'First', slug: 'first', system_count: 0 };

  const list = await call('GET', PATH, undefined, { 'x-min-position': minPosition });
  expect(list).toMatchObject({ status: 200, body: { organizations: [shown], total: 1 } });
  expect(await call('GET', `${PATH}/org-0123`)).toMatchObject({ status: 200, body: shown });
  expect(await call('GET', `${PATH}/none`)).toMatchObject({ status: 404, body: { code: 'organization.not_found' } });
});

it('sends changes as commands', async () => {
  const sent: object[] = [];
  const stop = gateway.answer((subject, data) => {
    sent.push({ [subject]: data });
    return { position: 1, version: 1 };
  });
  const created = await call('POST', PATH, { name: 'First', slug: 'first' });
  const long = await call('POST', PATH, { name: 'x'.repeat(256), slug: 'long' });
  const organizationId = String(created.body['organization_id']);
  await call('PUT', `${PATH}/${organizationId}`, { slug: 'second' });
  const nothing = await call('PUT', `${PATH}/${organizationId}`, {});
  const deleted = await call('DELETE', `${PATH}/${organizationId}`);
  stop();

  expect([created.body['status'], long.status, nothing.status, deleted.body['status']]).toEqual([
    'created',
    422,
    422,
    'deleted',
  ]);
  expect(sent).toEqual([
    { [`${TO}.CreateOrganization`]: { organizationId, name: 'First', slug: 'first', createdBy: 'api' } },
    { [`${TO}.UpdateOrganization`]: { organizationId, slug: 'second' } },
    { [`${TO}.DeleteOrganization`]: { organizationId } },
  ]);
});
