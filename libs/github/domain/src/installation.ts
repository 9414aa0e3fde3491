import { installation as contract, type InstallationEvent } from '@syntropic/github/contracts';
import { aggregate, type CommandsOf } from '@syntropic/kernel';

/** An account's installation of the app. A new installation of the same account has another id, so a revoked one stays revoked. */
export type Installation = Readonly<
  { status: 'unknown' | 'revoked' } | { status: 'installed'; accountName: string; isSuspended: boolean }
>;

type Commands = CommandsOf<typeof contract>;
type Decision = readonly InstallationEvent[];

/** Webhooks come late, twice and in any order: a report that changes nothing is nothing to record. */
export function installApp({ status }: Installation, { repositories, ...account }: Commands['InstallApp']): Decision {
  if (status === 'revoked') return [];
  const { installationId } = account;
  return [
    ...(status === 'unknown' ? [appInstalled(account)] : []),
    ...repositoriesChanged({ installationId, added: repositories, removed: [] }),
  ];
}

export function changeInstallationRepositories(
  { status }: Installation,
  { added, removed, ...account }: Commands['ChangeInstallationRepositories'],
): Decision {
  if (status === 'revoked') return [];
  const { installationId } = account;
  return [
    ...(status === 'unknown' ? [appInstalled(account)] : []),
    ...repositoriesChanged({ installationId, added, removed }),
  ];
}

export function suspendInstallation(
  installation: Installation,
  { installationId, suspended }: Commands['SuspendInstallation'],
): Decision {
  if (installation.status !== 'installed' || installation.isSuspended === suspended) return [];
  return [{ type: 'InstallationSuspended', data: { installationId, suspended } }];
}

export function revokeInstallation(
  installation: Installation,
  { installationId }: Commands['RevokeInstallation'],
): Decision {
  if (installation.status === 'revoked') return [];
  const accountName = installation.status === 'installed' ? installation.accountName : '';
  return [{ type: 'InstallationRevoked', data: { installationId, accountName } }];
}

type Account = Extract<InstallationEvent, { type: 'AppInstalled' }>['data'];

const appInstalled = (data: Account): InstallationEvent => ({ type: 'AppInstalled', data });

type Changes = Omit<Commands['ChangeInstallationRepositories'], 'accountId' | 'accountName' | 'accountType'>;

function repositoriesChanged({ installationId, added, removed }: Changes): Decision {
  if (added.length + removed.length === 0) return [];
  return [
    {
      type: 'InstallationRepositoriesChanged',
      data: { installationId, added: [...added], removed: [...removed] },
    },
  ];
}

function evolve(installation: Installation, event: InstallationEvent): Installation {
  switch (event.type) {
    case 'AppInstalled':
      return { status: 'installed', accountName: event.data.accountName, isSuspended: false };
    case 'InstallationRepositoriesChanged':
      return installation;
    case 'InstallationSuspended':
      return installation.status === 'installed'
        ? { ...installation, isSuspended: event.data.suspended }
        : installation;
    case 'InstallationRevoked':
      return { status: 'revoked' };
  }
}

export const Installation = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { installApp, changeInstallationRepositories, suspendInstallation, revokeInstallation },
});
