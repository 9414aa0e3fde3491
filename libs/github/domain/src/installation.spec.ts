import type { InstallationEvent } from '@syntropic/github/contracts';
import { InstallationId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import {
  changeInstallationRepositories,
  installApp,
  Installation,
  revokeInstallation,
  suspendInstallation,
} from './installation';

const { given } = specificationOf(Installation);

const installationId = InstallationId.parse('4711');
const account = { installationId, accountId: 7, accountName: 'acme', accountType: 'Organization' as const };
const api = { githubId: 1, fullName: 'acme/api', isPrivate: false };

const installed: InstallationEvent = { type: 'AppInstalled', data: account };
const changed = (added: readonly (typeof api)[], removed: readonly number[] = []): InstallationEvent => ({
  type: 'InstallationRepositoriesChanged',
  data: { installationId, added: [...added], removed: [...removed] },
});
const suspended = (is: boolean): InstallationEvent => ({
  type: 'InstallationSuspended',
  data: { installationId, suspended: is },
});
const revoked: InstallationEvent = { type: 'InstallationRevoked', data: { installationId, accountName: 'acme' } };

describe('an installation', () => {
  it('begins with the repositories that it may read', () => {
    given()
      .when(installApp, { ...account, repositories: [api] })
      .then(installed, changed([api]));
    given()
      .when(installApp, { ...account, repositories: [] })
      .then(installed);
  });

  it('that is reported again adds its repositories only', () => {
    given(installed)
      .when(installApp, { ...account, repositories: [api] })
      .then(changed([api]));
    given(installed)
      .when(installApp, { ...account, repositories: [] })
      .thenNothing();
  });

  it('begins with a change of repositories where its own report has not come', () => {
    const change = { ...account, added: [api], removed: [2] };
    given()
      .when(changeInstallationRepositories, change)
      .then(installed, changed([api], [2]));
    given(installed)
      .when(changeInstallationRepositories, change)
      .then(changed([api], [2]));
    given(installed)
      .when(changeInstallationRepositories, { ...account, added: [], removed: [] })
      .thenNothing();
  });

  it('is suspended and taken up again, each once', () => {
    const [suspend, unsuspend] = [
      { installationId, suspended: true },
      { installationId, suspended: false },
    ];
    given().when(suspendInstallation, suspend).thenNothing();
    given(installed).when(suspendInstallation, suspend).then(suspended(true));
    given(installed).when(suspendInstallation, unsuspend).thenNothing();
    given(installed, suspended(true)).when(suspendInstallation, suspend).thenNothing();
    given(installed, suspended(true)).when(suspendInstallation, unsuspend).then(suspended(false));
    given(installed, suspended(true), changed([api]))
      .when(suspendInstallation, unsuspend)
      .then(suspended(false));
  });

  it('stays revoked, whatever comes late', () => {
    given(installed).when(revokeInstallation, { installationId }).then(revoked);
    given()
      .when(revokeInstallation, { installationId })
      .then({ type: 'InstallationRevoked', data: { installationId, accountName: '' } });
    given(revoked).when(revokeInstallation, { installationId }).thenNothing();
    given(revoked)
      .when(installApp, { ...account, repositories: [api] })
      .thenNothing();
    given(revoked)
      .when(changeInstallationRepositories, { ...account, added: [api], removed: [] })
      .thenNothing();
    given(revoked).when(suspendInstallation, { installationId, suspended: true }).thenNothing();
    given(revoked, suspended(true)).when(revokeInstallation, { installationId }).thenNothing();
  });
});
