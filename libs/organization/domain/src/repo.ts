import {
  aggregate,
  byHandler,
  refusing,
  repositoryKey,
  triggersOfRepository,
  type RepoProvider,
  type Reservation,
  type SystemId,
} from '@syntropic/kernel';
import {
  repo as contract,
  UNAFFILIATED,
  type RepoCommands,
  type RepoEvent,
  type RepoOwner,
} from '@syntropic/organization/contracts';
import { reposOf } from './members';
import type { Organization } from './organization';
import type { System } from './system';

type Settings = Readonly<{ defaultBranch: string; isPrivate: boolean; installationId: string }>;

type Registered = Readonly<{
  status: 'registered';
  organizationId: RepoOwner;
  provider: RepoProvider;
  fullName: string;
  systemId?: SystemId;
  settings: Settings;
}>;

/** A repository, registered once in its organization and assigned to one of its systems at most. */
export type Repo = Readonly<{ status: 'unknown' } | Registered | { status: 'deregistered' }>;

type Decision = readonly RepoEvent[];

const refuse = refusing(contract);

/** The log refuses a second registration of the same name in the organization. */
export function registerRepo(
  { status }: Repo,
  data: RepoCommands['RegisterRepo'],
  organization: Organization | undefined,
): Decision {
  if (status !== 'unknown') throw refuse('already_exists', 'the repository is registered already');
  if (data.organizationId !== UNAFFILIATED && organization?.status !== 'active') {
    throw refuse('organization_not_found', `organization not found: ${data.organizationId}`, 'organization_id');
  }
  return [{ type: 'RepoRegistered', data: { ...data, owner: data.owner || ownerIn(data.fullName) } }];
}

/** Values that it has already are no change, and no change is nothing to record. */
export function updateRepo(repo: Repo, data: RepoCommands['UpdateRepo']): Decision {
  const { settings } = registered(repo);
  return isSame(settings, changedSettings(settings, data)) ? [] : [{ type: 'RepoUpdated', data }];
}

/** A repository of no organization may join any system, another one only those of its organization. */
export function assignRepoToSystem(repo: Repo, data: RepoCommands['AssignRepoToSystem'], system: System): Decision {
  const { systemId, organizationId } = registered(repo);
  if (systemId !== undefined) throw refuse('already_assigned', `the repository is assigned to ${systemId}`);
  if (system.status !== 'active') {
    throw refuse('system_not_found', `system not found: ${data.systemId}`, 'system_id');
  }
  if (organizationId !== UNAFFILIATED && organizationId !== system.organizationId) {
    throw refuse('foreign_system', `the system belongs to ${system.organizationId}`, 'system_id');
  }
  return [{ type: 'RepoAssignedToSystem', data }];
}

export function unassignRepoFromSystem(repo: Repo, { repoId }: RepoCommands['UnassignRepoFromSystem']): Decision {
  const { systemId } = registered(repo);
  if (systemId === undefined) throw refuse('not_assigned', 'the repository is assigned to no system');
  return [{ type: 'RepoUnassignedFromSystem', data: { repoId, previousSystemId: systemId } }];
}

export function deregisterRepo(repo: Repo, { repoId }: RepoCommands['DeregisterRepo']): Decision {
  const { organizationId, provider, fullName, systemId } = registered(repo);
  const data = { repoId, organizationId, provider, fullName, ...(systemId !== undefined && { systemId }) };
  return [{ type: 'RepoDeregistered', data }];
}

function registered(repo: Repo): Registered {
  if (repo.status === 'unknown') throw refuse('not_found', 'repository not found', 'repo_id');
  if (repo.status === 'deregistered') throw refuse('already_deregistered', 'the repository was deregistered');
  return repo;
}

type Changes = Pick<RepoCommands['UpdateRepo'], 'defaultBranch' | 'isPrivate' | 'installationId'>;

const ownerIn = (fullName: string): string => fullName.slice(0, fullName.lastIndexOf('/'));

const changedSettings = (settings: Settings, changes: Changes): Settings => ({
  defaultBranch: changes.defaultBranch ?? settings.defaultBranch,
  isPrivate: changes.isPrivate ?? settings.isPrivate,
  installationId: changes.installationId ?? settings.installationId,
});

const isSame = (one: Settings, other: Settings): boolean =>
  one.defaultBranch === other.defaultBranch &&
  one.isPrivate === other.isPrivate &&
  one.installationId === other.installationId;

function evolve(repo: Repo, event: RepoEvent): Repo {
  switch (event.type) {
    case 'RepoRegistered': {
      const { organizationId, provider, fullName, defaultBranch, isPrivate, installationId } = event.data;
      const settings = { defaultBranch, isPrivate, installationId };
      return { status: 'registered', organizationId, provider, fullName, settings };
    }
    case 'RepoUpdated': {
      const { settings, ...others } = registered(repo);
      return { ...others, settings: changedSettings(settings, event.data) };
    }
    case 'RepoAssignedToSystem':
      return { ...registered(repo), systemId: event.data.systemId };
    case 'RepoUnassignedFromSystem': {
      const { systemId: _, ...others } = registered(repo);
      return others;
    }
    case 'RepoDeregistered':
      return { status: 'deregistered' };
  }
}

/** Its name is claimed for its organization, and the repository is a member of its organization and its system. It ends without active triggers only. */
function reserves({ type, data }: RepoEvent): readonly Reservation[] {
  const { repoId } = data;
  switch (type) {
    case 'RepoRegistered':
      return [
        {
          claim: nameClaim(data),
          refusal: { code: 'repo.already_exists', message: `${data.fullName} is registered already` },
        },
        ...memberOf(data.organizationId, repoId).map((claim) => ({ claim })),
      ];
    case 'RepoUpdated':
      return [];
    case 'RepoAssignedToSystem':
      return memberOf(data.systemId, repoId).map((claim) => ({ claim }));
    case 'RepoUnassignedFromSystem':
      return memberOf(data.previousSystemId, repoId).map((release) => ({ release }));
    case 'RepoDeregistered': {
      const owners = [data.organizationId, ...(data.systemId === undefined ? [] : [data.systemId])];
      const claims = [nameClaim(data), ...owners.flatMap((owner) => memberOf(owner, repoId))];
      return [...withoutTriggers(data), ...claims.map((release) => ({ release }))];
    }
  }
}

type Name = Readonly<{ organizationId: string; provider: RepoProvider; fullName: string }>;

const nameClaim = ({ organizationId, provider, fullName }: Name) => ({
  scope: `repo-names/${organizationId}`,
  key: repositoryKey(provider, fullName),
});

/** Triggers are for repositories on GitHub, named as their webhooks name them. */
const withoutTriggers = ({ provider, fullName }: Name): readonly Reservation[] =>
  provider !== 'github'
    ? []
    : [
        {
          empty: { scope: triggersOfRepository(fullName) },
          refusal: { code: 'repo.has_active_triggers', message: `${fullName} has active triggers` },
        },
      ];

/** None for a repository without an organization, which nobody deletes. */
const memberOf = (ownerId: string, repoId: string) =>
  ownerId === UNAFFILIATED ? [] : [{ scope: reposOf(ownerId), key: repoId }];

export const Repo = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  reserves,
  decisions: {
    registerRepo: byHandler(registerRepo),
    updateRepo,
    assignRepoToSystem: byHandler(assignRepoToSystem),
    unassignRepoFromSystem,
    deregisterRepo,
  },
});
