import { installation } from '@syntropic/github/contracts';
import { event } from '@syntropic/kernel/testing';
import { repo } from '@syntropic/organization/contracts';
import { eventually } from '@syntropic/testing';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const { AppInstalled, InstallationRepositoriesChanged, InstallationSuspended, InstallationRevoked } =
  installation.events;
const installed = (installationId: string, ...repositories: readonly (readonly [number, string, boolean])[]) => [
  event(AppInstalled, { installationId, accountId: 1, accountName: 'acme', accountType: 'Organization' }),
  event(InstallationRepositoriesChanged, {
    installationId,
    added: repositories.map(([githubId, fullName, isPrivate]) => ({ githubId, fullName, isPrivate })),
    removed: [],
  }),
];
const registered = [
  event(repo.events.RepoRegistered, {
    repoId: 'repo-01234567',
    organizationId: '_unaffiliated',
    provider: 'github',
    providerRepoId: '',
    fullName: 'acme/api',
    owner: 'acme',
    defaultBranch: 'trunk',
    installationId: '',
    isPrivate: false,
    createdBy: 'api',
  }),
];

it('lists the repositories of active installations', async () => {
  await gateway.record('repo-repo-01234567', registered);
  await gateway.record('installation-1', installed('1', [11, 'acme/api', false], [12, 'acme/secret', true]));
  await gateway.record('installation-2', [
    ...installed('2', [21, 'other/one', false]),
    event(InstallationSuspended, { installationId: '2', suspended: true }),
  ]);
  const { minPosition } = await gateway.record('installation-3', [
    ...installed('3', [31, 'gone/one', false]),
    event(InstallationRevoked, { installationId: '3', accountName: 'acme' }),
  ]);
  const listed = async (query = '') => {
    const body = await gateway.read(`/api/github/repos${query}`, minPosition);
    const repos = body['repos'] as readonly Readonly<{ full_name: string }>[];
    return { names: repos.map(({ full_name }) => full_name), total: body['total'] };
  };

  expect(await listed()).toEqual({ names: ['acme/api', 'acme/secret'], total: 2 });
  expect(await listed('?include_private=false')).toEqual({ names: ['acme/api'], total: 1 });
  expect(await listed('?installation_id=1&limit=1&offset=1')).toEqual({ names: ['acme/secret'], total: 2 });
  await eventually(async () => {
    expect(await gateway.call('GET', '/api/github/repos')).toMatchObject({
      body: {
        installation_id: null,
        repos: [
          {
            github_id: 11,
            name: 'api',
            full_name: 'acme/api',
            owner: 'acme',
            private: false,
            default_branch: 'trunk',
            installation_id: '1',
          },
          { name: 'secret', private: true, default_branch: '' },
        ],
      },
    });
  });
  for (const id of ['2', '3', '4']) {
    expect(await gateway.call('GET', `/api/github/repos?installation_id=${id}`)).toMatchObject({
      status: 404,
      body: { code: 'installation.not_found' },
    });
  }
});
