import { event } from '@syntropic/kernel/testing';
import { organization, system } from '@syntropic/organization/contracts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/systems';

const [organizationId, otherOrganization] = ['org-01234567', 'org-89abcdef'];

const aSystem = (systemId: string, name: string, owner = organizationId) =>
  gateway.record(`system-${systemId}`, [
    event(system.events.SystemCreated, {
      systemId,
      organizationId: owner,
      name,
      description: `of ${name}`,
      createdBy: 'api',
    }),
  ]);

it('lists systems newest first, filtered, sorted and in pages with the true total', async () => {
  await aSystem('sys-00000001', 'Middle');
  await aSystem('sys-00000002', 'First', otherOrganization);
  const { minPosition } = await aSystem('sys-00000003', 'Last');
  const listed = async (query: string) => {
    const body = await gateway.read(`${PATH}?${query}`, minPosition);
    const systems = body['systems'] as readonly Readonly<{ name: string }>[];
    return { names: systems.map(({ name }) => name), total: body['total'] };
  };

  expect(await listed('')).toEqual({ names: ['Last', 'First', 'Middle'], total: 3 });
  expect(await listed(`organization_id=${organizationId}`)).toEqual({ names: ['Last', 'Middle'], total: 2 });
  expect(await listed('organization_id=org-ffffffff')).toEqual({ names: [], total: 0 });
  expect(await listed('order_by=name')).toEqual({ names: ['First', 'Last', 'Middle'], total: 3 });
  expect(await listed('order_by=-name&limit=1&offset=1')).toEqual({ names: ['Last'], total: 3 });
  const wrong = await gateway.call('GET', `${PATH}?order_by=description`);
  expect(wrong).toMatchObject({ status: 422, body: { field: 'order_by' } });
});

it('shows a system by its id or the start of it, and counts it in its organization', async () => {
  const [organizationId, systemId] = ['org-aaaaaaaa', 'sys-aaaaaaaa'];
  await gateway.record(`organization-${organizationId}`, [
    event(organization.events.OrganizationCreated, { organizationId, name: 'A', slug: 'a', createdBy: 'api' }),
  ]);
  await aSystem('sys-aaaa0000', 'Other');
  const { minPosition } = await aSystem(systemId, 'Shop', organizationId);

  const shown = await gateway.call('GET', `${PATH}/sys-aaaaa`, { minPosition });
  expect(shown).toMatchObject({
    status: 200,
    body: { system_id: systemId, organization_id: organizationId, name: 'Shop', description: 'of Shop', repo_count: 0 },
  });
  const owner = await gateway.call('GET', `/api/organizations/${organizationId}`, { minPosition });
  expect(owner.body).toMatchObject({ system_count: 1, repo_count: 0 });
  expect(await gateway.call('GET', `${PATH}/sys-aaaa`)).toMatchObject({ status: 409, body: { code: 'id.ambiguous' } });
  expect(await gateway.call('GET', `${PATH}/none`)).toMatchObject({ status: 404, body: { code: 'system.not_found' } });
});

it('sends changes as commands, also for the start of an id', async () => {
  const systemId = 'sys-bbbbbbbb';
  await aSystem('sys-bbbb0000', 'Other');
  const { minPosition } = await aSystem(systemId, 'Shop');
  const service = gateway.takeCommands();
  const body = { organization_id: organizationId, name: 'First' };
  const created = await gateway.call('POST', PATH, { body });
  const nameless = await gateway.call('POST', PATH, { body: { organization_id: organizationId } });
  const misplaced = await gateway.call('POST', PATH, { body: { ...body, organization_id: 'acme' } });
  const long = await gateway.call('POST', PATH, { body: { ...body, description: 'x'.repeat(2_001) } });
  const change = { description: 'a shop' };
  const changed = await gateway.call('PUT', `${PATH}/sys-bbbbb`, { body: change, minPosition });
  const nothing = await gateway.call('PUT', `${PATH}/${systemId}`, { body: {} });
  const ambiguous = await gateway.call('PUT', `${PATH}/sys-bbbb`, { body: change });
  const missing = await gateway.call('DELETE', `${PATH}/nothing`);
  const deleted = await gateway.call('DELETE', `${PATH}/sys-bbbbb`);
  service.stop();

  const newId = String(created.body['system_id']);
  expect(newId).toMatch(/^sys-[0-9a-f]{8}$/);
  expect(created).toMatchObject({ status: 200, body: { name: 'First', status: 'created' } });
  expect(changed).toMatchObject({
    status: 200,
    body: { system_id: systemId, description: 'a shop', status: 'updated' },
  });
  expect(deleted).toMatchObject({ status: 200, body: { system_id: systemId, status: 'deleted' } });
  const fields = [nameless, misplaced, long, nothing].map((answer) => [answer.status, answer.body['field']]);
  expect(fields).toEqual([
    [422, 'name'],
    [422, 'organization_id'],
    [422, 'description'],
    [422, 'name'],
  ]);
  expect([ambiguous.status, missing.status]).toEqual([409, 404]);
  expect(service.taken).toEqual([
    {
      'organization.CreateSystem': {
        systemId: newId,
        organizationId,
        name: 'First',
        description: '',
        createdBy: 'api',
      },
    },
    { 'organization.UpdateSystem': { systemId, description: 'a shop' } },
    { 'organization.DeleteSystem': { systemId } },
  ]);
});
