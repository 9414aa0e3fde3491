import { OrganizationId, RepoId, SystemId, triggersOfRepository, type Reservation } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { UNAFFILIATED, type RepoEvent } from '@syntropic/organization/contracts';
import { assignRepoToSystem, deregisterRepo, registerRepo, Repo, unassignRepoFromSystem, updateRepo } from './repo';

const { given } = specificationOf(Repo);

const repoId = RepoId.parse('repo-01234567');
const organizationId = OrganizationId.parse('org-01234567');
const systemId = SystemId.parse('sys-01234567');
const own = { status: 'active', organizationId } as const;
const foreign = { status: 'active', organizationId: OrganizationId.parse('org-89abcdef') } as const;
const organization = { status: 'active' } as const;

const first = {
  repoId,
  organizationId,
  provider: 'github',
  providerRepoId: '',
  fullName: 'Acme/api',
  owner: '',
  defaultBranch: 'main',
  installationId: '',
  isPrivate: false,
  createdBy: 'api',
} as const;
const name = { organizationId, provider: 'github', fullName: 'Acme/api' } as const;

const registered: RepoEvent = { type: 'RepoRegistered', data: { ...first, owner: 'Acme' } };
const alone: RepoEvent = { type: 'RepoRegistered', data: { ...first, organizationId: UNAFFILIATED, owner: 'Acme' } };
const assigned: RepoEvent = { type: 'RepoAssignedToSystem', data: { repoId, systemId } };
const unassigned: RepoEvent = { type: 'RepoUnassignedFromSystem', data: { repoId, previousSystemId: systemId } };
const deregistered: RepoEvent = { type: 'RepoDeregistered', data: { repoId, ...name } };

describe('repository', () => {
  it('is registered once, in an organization that exists or in none', () => {
    given().when(registerRepo, first, organization).then(registered);
    given(registered).when(registerRepo, first, organization).thenRefused('repo.already_exists');
    given().when(registerRepo, first, { status: 'deleted' }).thenRefused('repo.organization_not_found');
    given().when(registerRepo, first, { status: 'unknown' }).thenRefused('repo.organization_not_found');
    given()
      .when(registerRepo, { ...first, organizationId: UNAFFILIATED }, undefined)
      .then(alone);
  });

  it('has the owner that is named, else that of its full name with all groups', () => {
    const grouped = { ...first, provider: 'gitlab', fullName: 'acme/web/shop' } as const;
    given()
      .when(registerRepo, { ...first, owner: 'the-owner' }, organization)
      .then({ type: 'RepoRegistered', data: { ...first, owner: 'the-owner' } });
    given()
      .when(registerRepo, grouped, organization)
      .then({ type: 'RepoRegistered', data: { ...grouped, owner: 'acme/web' } });
  });

  it('changes the fields that are named and differ', () => {
    const changed = { repoId, defaultBranch: 'trunk', isPrivate: true, installationId: '7', updatedBy: 'ada' };
    const updated = { type: 'RepoUpdated', data: changed } as const;
    given(registered).when(updateRepo, changed).then(updated);
    given(registered, updated).when(updateRepo, changed).thenNothing();
    given(registered, updated).when(updateRepo, { repoId, isPrivate: true, updatedBy: 'grace' }).thenNothing();
    given(registered).when(updateRepo, { repoId, updatedBy: 'ada' }).thenNothing();
    given().when(updateRepo, changed).thenRefused('repo.not_found');
    given(registered, deregistered).when(updateRepo, changed).thenRefused('repo.already_deregistered');
  });

  it('is assigned to one system of its organization at a time', () => {
    const toSystem = { repoId, systemId };
    given(registered).when(assignRepoToSystem, toSystem, own).then(assigned);
    given(registered, assigned, unassigned).when(assignRepoToSystem, toSystem, own).then(assigned);
    given(registered, assigned).when(assignRepoToSystem, toSystem, own).thenRefused('repo.already_assigned');
    given(registered).when(assignRepoToSystem, toSystem, foreign).thenRefused('repo.foreign_system');
    given(registered).when(assignRepoToSystem, toSystem, { status: 'unknown' }).thenRefused('repo.system_not_found');
    given(registered).when(assignRepoToSystem, toSystem, { status: 'deleted' }).thenRefused('repo.system_not_found');
    given(registered, deregistered).when(assignRepoToSystem, toSystem, own).thenRefused('repo.already_deregistered');
    given().when(assignRepoToSystem, toSystem, own).thenRefused('repo.not_found');
  });

  it('may join any system without an organization of its own', () => {
    given(alone).when(assignRepoToSystem, { repoId, systemId }, foreign).then(assigned);
  });

  it('leaves the system that it is assigned to', () => {
    given(registered, assigned).when(unassignRepoFromSystem, { repoId }).then(unassigned);
    given(registered).when(unassignRepoFromSystem, { repoId }).thenRefused('repo.not_assigned');
    given(registered, assigned, unassigned).when(unassignRepoFromSystem, { repoId }).thenRefused('repo.not_assigned');
    given().when(unassignRepoFromSystem, { repoId }).thenRefused('repo.not_found');
    given(registered, deregistered).when(unassignRepoFromSystem, { repoId }).thenRefused('repo.already_deregistered');
  });

  it('is deregistered once, with its system', () => {
    given(registered).when(deregisterRepo, { repoId }).then(deregistered);
    given(registered, assigned)
      .when(deregisterRepo, { repoId })
      .then({ type: 'RepoDeregistered', data: { repoId, ...name, systemId } });
    given(registered, deregistered).when(deregisterRepo, { repoId }).thenRefused('repo.already_deregistered');
    given().when(deregisterRepo, { repoId }).thenRefused('repo.not_found');
  });
});

describe('the claims of a repository', () => {
  const claimsOf = (event: RepoEvent): readonly Reservation[] => Repo.reserves?.(event) ?? [];
  const nameIn = (owner: string) => ({ scope: `repo-names/${owner}`, key: 'github:acme/api' });
  const memberOf = (owner: string) => ({ scope: `repos/${owner}`, key: repoId });

  it('begin with its registration: its name whatever the case, and its place in the organization', () => {
    expect(claimsOf(registered)).toMatchObject([
      { claim: nameIn(organizationId) },
      { claim: memberOf(organizationId) },
    ]);
    expect(claimsOf(alone)).toMatchObject([{ claim: nameIn(UNAFFILIATED) }]);
  });

  it('follow its system', () => {
    expect(claimsOf(assigned)).toEqual([{ claim: memberOf(systemId) }]);
    expect(claimsOf(unassigned)).toEqual([{ release: memberOf(systemId) }]);
  });

  it('end with its registration, without active triggers', () => {
    const withSystem: RepoEvent = { type: 'RepoDeregistered', data: { repoId, ...name, systemId } };
    expect(claimsOf(withSystem)).toMatchObject([
      { empty: { scope: triggersOfRepository(name.fullName) }, refusal: { code: 'repo.has_active_triggers' } },
      { release: nameIn(organizationId) },
      { release: memberOf(organizationId) },
      { release: memberOf(systemId) },
    ]);
  });
});
