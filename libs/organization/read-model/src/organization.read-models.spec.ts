import { event } from '@syntropic/kernel/testing';
import { organization, repo, system, UNAFFILIATED } from '@syntropic/organization/contracts';
import { rowsAfter } from '@syntropic/projections/testing';
import { organizationProjection } from './organization.projection';
import { repoProjection } from './repo.projection';
import { systemProjection } from './system.projection';

const [organizationId, systemId, repoId] = ['org-01234567', 'sys-01234567', 'repo-01234567'];
const created_at = '2026-01-01T00:00:01.000Z';

const { OrganizationCreated, OrganizationUpdated, OrganizationDeleted } = organization.events;
const { SystemCreated, SystemUpdated, SystemDeleted } = system.events;
const { RepoRegistered, RepoUpdated, RepoAssignedToSystem, RepoUnassignedFromSystem, RepoDeregistered } = repo.events;

const created = event(OrganizationCreated, { organizationId, name: 'First', slug: 'first', createdBy: 'api' });
const systemCreated = event(SystemCreated, {
  systemId,
  organizationId,
  name: 'First',
  description: 'one',
  createdBy: 'api',
});
const registration = {
  repoId,
  organizationId,
  provider: 'github',
  providerRepoId: '7',
  fullName: 'acme/api',
  owner: 'acme',
  defaultBranch: 'main',
  installationId: '',
  isPrivate: false,
  createdBy: 'api',
} as const;
const registered = event(RepoRegistered, registration);
const assigned = event(RepoAssignedToSystem, { repoId, systemId });
const unassigned = event(RepoUnassignedFromSystem, { repoId, previousSystemId: systemId });
const name = { organizationId, provider: 'github', fullName: 'acme/api' } as const;
const deregistered = event(RepoDeregistered, { repoId, ...name });

describe('the row of an organization', () => {
  const countsAfter = (...events: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(organizationProjection, created, ...events).map((row) => [row.system_count, row.repo_count]);

  it('keeps the fields that no change names, and ends with the organization', () => {
    const renamed = event(OrganizationUpdated, { organizationId, name: 'Second' });
    const row = { organization_id: organizationId, name: 'Second', slug: 'first', created_by: 'api', created_at };
    expect(rowsAfter(organizationProjection, created, renamed)).toEqual([{ ...row, system_count: 0, repo_count: 0 }]);
    expect(rowsAfter(organizationProjection, created, event(OrganizationDeleted, { organizationId }))).toEqual([]);
  });

  it('counts systems and repositories, and takes back those that are gone', () => {
    const deleted = event(SystemDeleted, { systemId, organizationId });
    expect(countsAfter(systemCreated, registered)).toEqual([[1, 1]]);
    expect(countsAfter(systemCreated, registered, assigned, unassigned, deregistered, deleted)).toEqual([[0, 0]]);
  });

  it('does not count repositories of no organization', () => {
    const alone = event(RepoRegistered, { ...registration, organizationId: UNAFFILIATED });
    const gone = event(RepoDeregistered, { repoId, ...name, organizationId: UNAFFILIATED });
    expect(countsAfter(alone)).toEqual([[0, 0]]);
    expect(countsAfter(alone, gone)).toEqual([[0, 0]]);
  });
});

describe('the row of a system', () => {
  const rowAfter = (...events: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(systemProjection, systemCreated, ...events);

  it('keeps the fields that no change names, and ends with the system', () => {
    const described = event(SystemUpdated, { systemId, description: 'two' });
    expect(rowAfter(described)).toEqual([
      {
        system_id: systemId,
        organization_id: organizationId,
        name: 'First',
        description: 'two',
        created_by: 'api',
        created_at,
        repo_count: 0,
      },
    ]);
    expect(rowAfter(event(SystemDeleted, { systemId, organizationId }))).toEqual([]);
  });

  it('counts the repositories that are assigned to it', () => {
    const gone = event(RepoDeregistered, { repoId, ...name, systemId });
    expect(rowAfter(assigned)).toMatchObject([{ repo_count: 1 }]);
    expect(rowAfter(assigned, unassigned)).toMatchObject([{ repo_count: 0 }]);
    expect(rowAfter(assigned, gone)).toMatchObject([{ repo_count: 0 }]);
    expect(rowAfter(assigned, unassigned, deregistered)).toMatchObject([{ repo_count: 0 }]);
  });
});

describe('the row of a repository', () => {
  it('follows its changes and its system, and ends with its registration', () => {
    const changed = event(RepoUpdated, { repoId, defaultBranch: 'trunk' });
    const row = {
      repo_id: repoId,
      organization_id: organizationId,
      system_id: '',
      provider: 'github',
      provider_repo_id: '7',
      full_name: 'acme/api',
      owner: 'acme',
      default_branch: 'trunk',
      installation_id: '',
      is_private: false,
      created_by: 'api',
      created_at,
    };
    expect(rowsAfter(repoProjection, registered, changed)).toEqual([row]);
    expect(rowsAfter(repoProjection, registered, assigned)).toMatchObject([{ system_id: systemId }]);
    expect(rowsAfter(repoProjection, registered, assigned, unassigned)).toMatchObject([{ system_id: '' }]);
    expect(rowsAfter(repoProjection, registered, deregistered)).toEqual([]);
  });
});
