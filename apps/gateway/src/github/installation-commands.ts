import { installation, MAX_CHANGED_REPOSITORIES } from '@syntropic/github/contracts';
import { InstallationId, nameText, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { z } from 'zod';

const { InstallApp, ChangeInstallationRepositories, SuspendInstallation, RevokeInstallation } = installation.commands;

/** A command with its data. */
export type Sent = Readonly<{ message: CommandMessage; data: object }>;

const id = z.int().min(1);
const Repository = z.object({
  id,
  full_name: InstallApp.schema.shape.repositories.element.shape.fullName,
  private: z.boolean(),
});
type Repository = z.output<typeof Repository>;
const Repositories = z.array(Repository).default([]);

/** Organizations and people have a login, enterprises a slug. */
const Account = z.object({
  id: z.int().min(0),
  login: z.string().optional(),
  slug: z.string().optional(),
  type: z.string().optional(),
});

/** The parts of deliveries about installations. */
const About = z.object({
  action: z.string(),
  installation: z.object({ id, account: Account }),
  repositories: Repositories,
  repositories_added: Repositories,
  repositories_removed: z.array(z.object({ id })).default([]),
});
type About = z.output<typeof About>;

/**
 * The commands that a delivery about an installation stands for, in order; none for other deliveries and actions.
 * @throws ZodError for a payload without the installation
 */
export function installationCommands(event: string, payload: unknown): readonly Sent[] {
  if (event !== 'installation' && event !== 'installation_repositories') return [];
  const about = About.parse(payload);
  const installationId = InstallationId.parse(String(about.installation.id));
  if (event === 'installation_repositories') {
    return changes(
      about,
      about.repositories_added,
      about.repositories_removed.map((one) => one.id),
    );
  }
  switch (about.action) {
    case 'created':
    case 'new_permissions_accepted':
      return installed(about);
    case 'deleted':
      return [sent(RevokeInstallation, { installationId })];
    case 'suspend':
    case 'unsuspend':
      return [sent(SuspendInstallation, { installationId, suspended: about.action === 'suspend' })];
    default:
      return [];
  }
}

/** The first repositories come with the installation, the others as changes of it. */
function installed(about: About): readonly Sent[] {
  const [first = [], ...others] = chunksOf(about.repositories);
  return [
    sent(InstallApp, { ...accountOf(about), repositories: first.map(repositoryOf) }),
    ...others.flatMap((chunk) => changes(about, chunk, [])),
  ];
}

function changes(about: About, added: readonly Repository[], removed: readonly number[]): readonly Sent[] {
  const [addedChunks, removedChunks] = [chunksOf(added), chunksOf(removed)];
  return Array.from({ length: Math.max(addedChunks.length, removedChunks.length) }, (_, at) =>
    sent(ChangeInstallationRepositories, {
      ...accountOf(about),
      added: (addedChunks[at] ?? []).map(repositoryOf),
      removed: removedChunks[at] ?? [],
    }),
  );
}

const sent = <M extends CommandMessage>(message: M, data: InputOf<M>): Sent => ({ message, data });

const chunksOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / MAX_CHANGED_REPOSITORIES) }, (_, at) =>
    items.slice(at * MAX_CHANGED_REPOSITORIES, (at + 1) * MAX_CHANGED_REPOSITORIES),
  );

const repositoryOf = ({ id: githubId, full_name: fullName, private: isPrivate }: Repository) => ({
  githubId,
  fullName,
  isPrivate,
});

function accountOf({ installation: { id: number, account } }: About) {
  const accountType = account.type === 'User' ? 'User' : account.login === undefined ? 'Enterprise' : 'Organization';
  return {
    installationId: InstallationId.parse(String(number)),
    accountId: account.id,
    accountName: nameText(account.login ?? account.slug ?? String(account.id)),
    accountType,
  } as const;
}
