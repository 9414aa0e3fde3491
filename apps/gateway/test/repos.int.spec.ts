import { event } from '@syntropic/kernel/testing';
import { repo, UNAFFILIATED } from '@syntropic/organization/contracts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/repos';

const [organizationId, systemId] = ['org-01234567', 'sys-01234567'];
const { RepoRegistered, RepoAssignedToSystem, RepoDeregistered } = repo.events;

const registration = {
  organizationId,
  provider: 'github',
  providerRepoId: '7',
  fullName: 'acme/api',
  owner: 'acme',
  defaultBranch: 'main',
  installationId: '',
  isPrivate: true,
  createdBy: 'api',
} as const;

const aRepo = (repoId: string, own: Partial<Parameters<typeof event<typeof RepoRegistered>>[1]> = {}) =>
  gateway.record(`repo-${repoId}`, [event(RepoRegistered, { repoId, ...registration, ...own })]);

it('lists repositories newest first, filtered, sorted and in pages with the true total', async () => {
  await aRepo('repo-00000001', { fullName: 'acme/middle' });
  await aRepo('repo-00000002', { fullName: 'acme/first', organizationId: UNAFFILIATED });
  await aRepo('repo-00000003', { fullName: 'acme/last', provider: 'gitlab' });
  await aRepo('repo-00000004', { fullName: 'acme/gone' });
  const { repoId, ...name } = { repoId: 'repo-00000004', ...registration, fullName: 'acme/gone' };
  await gateway.record(`repo-${repoId}`, [
    event(RepoDeregistered, {
      repoId,
      organizationId: name.organizationId,
      provider: name.provider,
      fullName: name.fullName,
    }),
  ]);
  const { minPosition } = await gateway.record('repo-repo-00000003', [
    event(RepoAssignedToSystem, { repoId: 'repo-00000003', systemId }),
  ]);
  const listed = async (query: string) => {
    const body = await gateway.read(`${PATH}?${query}`, minPosition);
    const repos = body['repos'] as readonly Readonly<{ full_name: string }>[];
    return { names: repos.map(({ full_name }) => full_name), total: body['total'] };
  };

  expect(await listed('')).toEqual({ names: ['acme/last', 'acme/first', 'acme/middle'], total: 3 });
  expect(await listed(`organization_id=${organizationId}`)).toEqual({ names: ['acme/last', 'acme/middle'], total: 2 });
  expect(await listed(`organization_id=${UNAFFILIATED}`)).toEqual({ names: ['acme/first'], total: 1 });
  expect(await listed(`system_id=${systemId}`)).toEqual({ names: ['acme/last'], total: 1 });
  expect(await listed('provider=github')).toEqual({ names: ['acme/first', 'acme/middle'], total: 2 });
  expect(await listed('unassigned=true')).toEqual({ names: ['acme/first', 'acme/middle'], total: 2 });
  expect(await listed(`unassigned=true&system_id=${systemId}`)).toEqual({ names: [], total: 0 });
  expect(await listed('order_by=full_name&limit=1&offset=2')).toEqual({ names: ['acme/middle'], total: 3 });
  const wrong = await gateway.call('GET', `${PATH}?provider=svn`);
  expect(wrong).toMatchObject({ status: 422, body: { field: 'provider' } });
});

it('shows a repository by its id or the start of it', async () => {
  await aRepo('repo-aaaa0000', { fullName: 'acme/other' });
  const { minPosition } = await aRepo('repo-aaaaaaaa', { fullName: 'acme/shown' });
  const shown = await gateway.call('GET', `${PATH}/repo-aaaaa`, { minPosition });
  expect(shown).toMatchObject({
    status: 200,
    body: {
      repo_id: 'repo-aaaaaaaa',
      organization_id: organizationId,
      system_id: '',
      provider: 'github',
      full_name: 'acme/shown',
      owner: 'acme',
      default_branch: 'main',
      installation_id: '',
      is_private: true,
      created_by: 'api',
      created_at: expect.stringMatching(/Z$/) as string,
    },
  });
  expect(await gateway.call('GET', `${PATH}/repo-aaaa`)).toMatchObject({ status: 409, body: { code: 'id.ambiguous' } });
  expect(await gateway.call('GET', `${PATH}/none`)).toMatchObject({ status: 404, body: { code: 'repo.not_found' } });
});

it('refuses bad fields by name, and sends nothing', async () => {
  const service = gateway.takeCommands();
  const [one, name] = [`${PATH}/repo-01234567`, { full_name: 'acme/api' }];
  const refused = [
    await gateway.call('POST', PATH, { body: {} }),
    await gateway.call('POST', PATH, { body: { full_name: 'no owner' } }),
    await gateway.call('POST', PATH, { body: { ...name, provider: 'svn' } }),
    await gateway.call('POST', PATH, { body: { ...name, organization_id: '' } }),
    await gateway.call('POST', PATH, { body: { ...name, colour: 'red' } }),
    await gateway.call('PUT', one, { body: {} }),
    await gateway.call('PUT', one, { body: { updated_by: 'ada' } }),
    await gateway.call('POST', `${one}/assign`, { body: { system_id: 'shop' } }),
    await gateway.call('POST', `${one}/assign`, { body: {} }),
  ];
  service.stop();

  expect(refused.map(({ status, body }) => [status, body['field']])).toEqual([
    [422, 'full_name'],
    [422, 'full_name'],
    [422, 'provider'],
    [422, 'organization_id'],
    [422, 'colour'],
    [422, 'default_branch'],
    [422, 'default_branch'],
    [422, 'system_id'],
    [422, 'system_id'],
  ]);
  expect(service.taken).toEqual([]);
});

it('sends changes as commands, also for the start of an id', async () => {
  const repoId = 'repo-bbbbbbbb';
  await aRepo('repo-bbbb0000', { fullName: 'acme/b0' });
  const { minPosition } = await aRepo(repoId, { fullName: 'acme/b' });
  const service = gateway.takeCommands();
  const created = await gateway.call('POST', PATH, { body: { full_name: 'acme/api' } });
  const changed = await gateway.call('PUT', `${PATH}/repo-bbbbb`, {
    body: { is_private: false, updated_by: 'ada' },
    minPosition,
  });
  const assigned = await gateway.call('POST', `${PATH}/repo-bbbbb/assign`, { body: { system_id: systemId } });
  const unassigned = await gateway.call('POST', `${PATH}/${repoId}/unassign`);
  const ambiguous = await gateway.call('POST', `${PATH}/repo-bbbb/unassign`);
  const missing = await gateway.call('POST', `${PATH}/nothing/assign`, { body: { system_id: systemId } });
  const inSystem = await gateway.record(`repo-${repoId}`, [event(RepoAssignedToSystem, { repoId, systemId })]);
  const removed = await gateway.call('DELETE', `${PATH}/repo-bbbbb`, { minPosition: inSystem.minPosition });
  service.stop();

  const newId = String(created.body['repo_id']);
  expect(newId).toMatch(/^repo-[0-9a-f]{8}$/);
  expect(created).toMatchObject({ status: 200, body: { full_name: 'acme/api', status: 'registered' } });
  expect(changed.body).toEqual({
    repo_id: repoId,
    is_private: false,
    updated_by: 'ada',
    status: 'updated',
    system_id: null,
  });
  expect(assigned.body).toEqual({ repo_id: repoId, status: 'assigned', system_id: systemId });
  expect(unassigned.body).toEqual({ repo_id: repoId, status: 'unassigned', system_id: null });
  expect([ambiguous.status, missing.status]).toEqual([409, 404]);
  expect(removed.body).toEqual({ repo_id: repoId, status: 'deregistered', system_id: systemId });
  expect(service.taken).toEqual([
    {
      'organization.RegisterRepo': {
        repoId: newId,
        organizationId: UNAFFILIATED,
        provider: 'github',
        providerRepoId: '',
        fullName: 'acme/api',
        owner: '',
        defaultBranch: 'main',
        installationId: '',
        isPrivate: false,
        createdBy: 'api',
      },
    },
    { 'organization.UpdateRepo': { repoId, isPrivate: false, updatedBy: 'ada' } },
    { 'organization.AssignRepoToSystem': { repoId, systemId } },
    { 'organization.UnassignRepoFromSystem': { repoId } },
    { 'organization.DeregisterRepo': { repoId } },
  ]);
});
