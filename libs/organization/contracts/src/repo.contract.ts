import {
  contract,
  OrganizationId,
  RepoFullName,
  RepoId,
  RepoProvider,
  ShortName,
  SystemId,
  type CommandsOf,
  type EventOf,
} from '@syntropic/kernel';
import { z } from 'zod';

/** Stands for the organization of a repository that belongs to none. */
export const UNAFFILIATED = '_unaffiliated';

/** The organization that a repository belongs to, or none. */
export const RepoOwner = z.union([OrganizationId, z.literal(UNAFFILIATED)]);
export type RepoOwner = z.infer<typeof RepoOwner>;

const text = z.string().max(255);

const registered = {
  repoId: RepoId,
  organizationId: RepoOwner,
  provider: RepoProvider,
  /** The id that the provider gives it; empty where it is not known. */
  providerRepoId: text,
  fullName: RepoFullName,
  owner: text,
  defaultBranch: ShortName,
  /** The installation of the provider's app that may read it; empty without one. */
  installationId: text,
  isPrivate: z.boolean(),
  createdBy: text,
};
/** Fields that are absent stay as they were. */
const updated = {
  repoId: RepoId,
  defaultBranch: ShortName.optional(),
  isPrivate: z.boolean().optional(),
  installationId: text.optional(),
};

/** A repository that agents work on, registered once in its organization. */
export const repo = contract('organization', 'repo', {
  key: 'repoId',
  commands: {
    RegisterRepo: {
      ...registered,
      organizationId: RepoOwner.default(UNAFFILIATED),
      provider: RepoProvider.default('github'),
      providerRepoId: text.default(''),
      /** Empty: that of the full name. */
      owner: text.default(''),
      defaultBranch: ShortName.default('main'),
      installationId: text.default(''),
      isPrivate: z.boolean().default(false),
      createdBy: text.default('api'),
    },
    UpdateRepo: { ...updated, updatedBy: text.default('api') },
    AssignRepoToSystem: { repoId: RepoId, systemId: SystemId },
    UnassignRepoFromSystem: { repoId: RepoId },
    DeregisterRepo: { repoId: RepoId },
  },
  events: {
    RepoRegistered: registered,
    /** Earlier versions did not record who asked for it. */
    RepoUpdated: { ...updated, updatedBy: text.optional() },
    RepoAssignedToSystem: { repoId: RepoId, systemId: SystemId },
    RepoUnassignedFromSystem: { repoId: RepoId, previousSystemId: SystemId },
    /** Names all that the repository belonged to, so that its claims end and others count it no more. */
    RepoDeregistered: {
      repoId: RepoId,
      organizationId: RepoOwner,
      provider: RepoProvider,
      fullName: RepoFullName,
      systemId: SystemId.optional(),
    },
  },
  refusals: {
    not_found: ['not_found', 'There is no such repository'],
    already_exists: ['conflict', 'The repository is registered already'],
    already_deregistered: ['conflict', 'The repository was deregistered'],
    organization_not_found: ['not_found', 'The organization of the repository does not exist'],
    system_not_found: ['not_found', 'The system does not exist'],
    foreign_system: ['conflict', 'The system belongs to another organization'],
    already_assigned: ['conflict', 'The repository is assigned to a system'],
    has_active_triggers: ['conflict', 'The repository has active triggers'],
    not_assigned: ['conflict', 'The repository is assigned to no system'],
  },
});

export type RepoCommands = CommandsOf<typeof repo>;
export type RepoEvent = EventOf<typeof repo>;
