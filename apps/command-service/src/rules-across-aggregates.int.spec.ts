import { derivedIdOf, OrganizationId, RepoId, SystemId } from '@syntropic/kernel';
import { organization as context } from '@syntropic/organization/application';
import { organization, repo, system } from '@syntropic/organization/contracts';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { decidedTogether, Replica } from '../test/replica';

const database = useDatabase();

const { CreateOrganization, UpdateOrganization, DeleteOrganization } = organization.commands;
const { CreateSystem, DeleteSystem } = system.commands;
const { RegisterRepo, AssignRepoToSystem, UnassignRepoFromSystem, DeregisterRepo } = repo.commands;

let one: Replica;
let other: Replica;
beforeAll(async () => {
  [one, other] = await Promise.all([Replica.start(database, context), Replica.start(database, context)]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const together = decidedTogether(database);

const anOrganization = async () => {
  const organizationId = OrganizationId.parse(derivedIdOf(OrganizationId, randomUUID()));
  expect(await one.send(CreateOrganization, { organizationId, name: 'Acme', slug: 'acme' })).toBe('done');
  return organizationId;
};
const aSystem = async (organizationId: OrganizationId) => {
  const systemId = SystemId.parse(derivedIdOf(SystemId, randomUUID()));
  expect(await one.send(CreateSystem, { systemId, organizationId, name: 'Shop' })).toBe('done');
  return systemId;
};
const aRepoId = () => RepoId.parse(derivedIdOf(RepoId, randomUUID()));
const aSystemId = () => SystemId.parse(derivedIdOf(SystemId, randomUUID()));
const aRepo = async (organizationId?: OrganizationId, fullName = `acme/${randomUUID()}`) => {
  const repoId = aRepoId();
  expect(await one.send(RegisterRepo, { repoId, organizationId, fullName })).toBe('done');
  return repoId;
};

describe('an organization', () => {
  it('is not deleted while it has systems or repositories', async () => {
    const organizationId = await anOrganization();
    const remove = () => other.send(DeleteOrganization, { organizationId });

    const systemId = await aSystem(organizationId);
    expect(await remove()).toBe('organization.has_systems');
    await one.send(DeleteSystem, { systemId });

    const repoId = await aRepo(organizationId);
    expect(await remove()).toBe('organization.has_repos');
    await one.send(DeregisterRepo, { repoId });

    expect(await remove()).toBe('done');
    const late = { organizationId, name: 'Late', fullName: 'acme/late' };
    expect(await one.send(CreateSystem, { ...late, systemId: aSystemId() })).toBe('system.organization_not_found');
    expect(await one.send(RegisterRepo, { ...late, repoId: aRepoId() })).toBe('repo.organization_not_found');
  });

  it('is deleted, or gets a system: never both', async () => {
    const organizationId = await anOrganization();
    const systemId = aSystemId();
    const answers = await together(
      () => one.send(DeleteOrganization, { organizationId }),
      () => other.send(CreateSystem, { systemId, organizationId, name: 'Shop' }),
    );
    expect([
      ['done', 'system.organization_not_found'],
      ['organization.has_systems', 'done'],
    ]).toContainEqual(answers);
  });

  it('is deleted, or gets a repository: never both', async () => {
    const organizationId = await anOrganization();
    const answers = await together(
      () => one.send(DeleteOrganization, { organizationId }),
      () => other.send(RegisterRepo, { repoId: aRepoId(), organizationId, fullName: 'acme/api' }),
    );
    expect([
      ['done', 'repo.organization_not_found'],
      ['organization.has_repos', 'done'],
    ]).toContainEqual(answers);
  });

  it('gets a system also when it is renamed at the same moment', async () => {
    const organizationId = await anOrganization();
    const answers = await together(
      () => one.send(UpdateOrganization, { organizationId, name: 'Renamed' }),
      () => other.send(CreateSystem, { systemId: aSystemId(), organizationId, name: 'Shop' }),
    );
    expect(answers).toEqual(['done', 'done']);
  });
});

describe('the name of a repository', () => {
  it('is registered once, by whichever of two commands is first, whatever its case', async () => {
    const organizationId = await anOrganization();
    const answers = await together(
      () => one.send(RegisterRepo, { repoId: aRepoId(), organizationId, fullName: 'acme/api' }),
      () => other.send(RegisterRepo, { repoId: aRepoId(), organizationId, fullName: 'Acme/API' }),
    );
    expect([...answers].sort()).toEqual(['done', 'repo.already_exists']);
  });

  it('is free for other organizations and providers, and after the registration has ended', async () => {
    const organizationId = await anOrganization();
    const fullName = `acme/${randomUUID()}`;
    const repoId = await aRepo(organizationId, fullName);
    const again = { organizationId, fullName };

    expect(await one.send(RegisterRepo, { ...again, repoId: aRepoId() })).toBe('repo.already_exists');
    expect(await one.send(RegisterRepo, { ...again, repoId: aRepoId(), provider: 'gitlab' })).toBe('done');
    await aRepo(await anOrganization(), fullName);
    await aRepo(undefined, fullName);

    expect(await other.send(DeregisterRepo, { repoId })).toBe('done');
    await aRepo(organizationId, fullName);
  });
});

describe('a system', () => {
  it('is not deleted while repositories are assigned to it', async () => {
    const organizationId = await anOrganization();
    const systemId = await aSystem(organizationId);
    const [first, second] = [await aRepo(organizationId), await aRepo()];
    for (const repoId of [first, second]) expect(await one.send(AssignRepoToSystem, { repoId, systemId })).toBe('done');

    expect(await other.send(DeleteSystem, { systemId })).toBe('system.has_repos');
    expect(await one.send(UnassignRepoFromSystem, { repoId: first })).toBe('done');
    expect(await other.send(DeleteSystem, { systemId })).toBe('system.has_repos');
    expect(await one.send(DeregisterRepo, { repoId: second })).toBe('done');
    expect(await other.send(DeleteSystem, { systemId })).toBe('done');
    expect(await one.send(AssignRepoToSystem, { repoId: first, systemId })).toBe('repo.system_not_found');
  });

  it('is deleted, or gets a repository: never both', async () => {
    const organizationId = await anOrganization();
    const [systemId, repoId] = [await aSystem(organizationId), await aRepo(organizationId)];
    const answers = await together(
      () => one.send(DeleteSystem, { systemId }),
      () => other.send(AssignRepoToSystem, { repoId, systemId }),
    );
    expect([
      ['done', 'repo.system_not_found'],
      ['system.has_repos', 'done'],
    ]).toContainEqual(answers);
  });

  it('takes a repository once, also when another system takes it at the same moment', async () => {
    const organizationId = await anOrganization();
    const repoId = await aRepo(organizationId);
    const [left, right] = [await aSystem(organizationId), await aSystem(organizationId)];
    const answers = await together(
      () => one.send(AssignRepoToSystem, { repoId, systemId: left }),
      () => other.send(AssignRepoToSystem, { repoId, systemId: right }),
    );
    expect([...answers].sort()).toEqual(['done', 'repo.already_assigned']);
  });

  it('takes no repository of another organization', async () => {
    const systemId = await aSystem(await anOrganization());
    const repoId = await aRepo(await anOrganization());
    expect(await one.send(AssignRepoToSystem, { repoId, systemId })).toBe('repo.foreign_system');
  });
});
