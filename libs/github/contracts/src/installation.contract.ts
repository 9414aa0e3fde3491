import { contract, InstallationId, RepoFullName, ShortName, type EventOf } from '@syntropic/kernel';
import { z } from 'zod';

/** The most repositories of one change; more of them are several changes. */
export const MAX_CHANGED_REPOSITORIES = 500;

/** `githubId`: the number that a repository keeps when it is renamed. */
const Repository = z.object({ githubId: z.int().min(1), fullName: RepoFullName, isPrivate: z.boolean() });
const Repositories = z.array(Repository).max(MAX_CHANGED_REPOSITORIES);
const removed = z.array(z.int().min(1)).max(MAX_CHANGED_REPOSITORIES);

const account = {
  accountId: z.int().min(0),
  accountName: ShortName,
  accountType: z.enum(['User', 'Organization', 'Enterprise']),
};
const one = { installationId: InstallationId };

/** An account's installation of the GitHub App, as webhooks report it. */
export const installation = contract('github', 'installation', {
  key: 'installationId',
  commands: {
    InstallApp: { ...one, ...account, repositories: Repositories },
    /** Carries the account too: the report of the installation itself may never have come. */
    ChangeInstallationRepositories: { ...one, ...account, added: Repositories, removed },
    SuspendInstallation: { ...one, suspended: z.boolean() },
    RevokeInstallation: one,
  },
  events: {
    AppInstalled: { ...one, ...account },
    InstallationRepositoriesChanged: { ...one, added: z.array(Repository), removed: z.array(z.int()) },
    InstallationSuspended: { ...one, suspended: z.boolean() },
    InstallationRevoked: { ...one, accountName: z.string() },
  },
  refusals: {},
});

export type InstallationEvent = EventOf<typeof installation>;
