import { event } from '@syntropic/kernel/testing';
import { organization } from '@syntropic/organization/contracts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/organizations';

it('lists and shows each organization', async () => {
  const data = { organizationId: 'org-01234567', name: 'First', slug: 'first', createdBy: 'api' };
  const created = event(organization.events.OrganizationCreated, data);
  const { minPosition } = await gateway.record(`organization-${data.organizationId}`, [created]);
  const shown = { organization_id: data.organizationId, name: 'First', slug: 'first', system_count: 0 };

  const list = await gateway.call('GET', PATH, { minPosition });
  expect(list).toMatchObject({ status: 200, body: { organizations: [shown], total: 1 } });
  expect(await gateway.call('GET', `${PATH}/org-0123`)).toMatchObject({ status: 200, body: shown });
  const none = await gateway.call('GET', `${PATH}/none`);
  expect(none).toMatchObject({ status: 404, body: { code: 'organization.not_found' } });
});

it('sends changes as commands', async () => {
  const service = gateway.takeCommands();
  const created = await gateway.call('POST', PATH, { body: { name: 'First', slug: 'first' } });
  const long = await gateway.call('POST', PATH, { body: { name: 'x'.repeat(256), slug: 'long' } });
  const organizationId = String(created.body['organization_id']);
  const one = `${PATH}/${organizationId}`;
  const changed = await gateway.call('PUT', one, { body: { name: null, slug: 'second' } });
  const nothing = await gateway.call('PUT', one, { body: {} });
  const deleted = await gateway.call('DELETE', one);
  service.stop();

  expect(created).toMatchObject({ status: 200, body: { name: 'First', slug: 'first', status: 'created' } });
  expect(changed.body).toEqual({ organization_id: organizationId, slug: 'second', status: 'updated' });
  expect(deleted.body).toEqual({ organization_id: organizationId, status: 'deleted' });
  expect([long.body['field'], nothing.body['detail']]).toEqual(['name', 'name: name or slug is needed']);
  expect(service.taken).toEqual([
    { 'organization.CreateOrganization': { organizationId, name: 'First', slug: 'first', createdBy: 'api' } },
    { 'organization.UpdateOrganization': { organizationId, slug: 'second' } },
    { 'organization.DeleteOrganization': { organizationId } },
  ]);
});
