import { OrganizationId, SystemId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { createSystem, deleteSystem, System, updateSystem } from './system';

const { given } = specificationOf(System);

const systemId = SystemId.parse('sys-01234567');
const organizationId = OrganizationId.parse('org-01234567');
const first = { systemId, organizationId, name: 'First', description: '', createdBy: 'api' };
const created = { type: 'SystemCreated', data: first } as const;
const deleted = { type: 'SystemDeleted', data: { systemId, organizationId } } as const;
const renamed = { systemId, name: 'Second' };
const active = { status: 'active' } as const;

describe('system', () => {
  it('is created once, in an organization that exists', () => {
    given().when(createSystem, first, active).then(created);
    given(created).when(createSystem, first, active).thenRefused('system.already_exists');
    given().when(createSystem, first, { status: 'unknown' }).thenRefused('system.organization_not_found');
    given().when(createSystem, first, { status: 'deleted' }).thenRefused('system.organization_not_found');
  });

  it('changes the fields that are named', () => {
    given(created).when(updateSystem, renamed).then({ type: 'SystemUpdated', data: renamed });
    given(created).when(updateSystem, { systemId }).thenNothing();
    given().when(updateSystem, renamed).thenRefused('system.not_found');
  });

  it('is deleted once, and does not change afterwards', () => {
    given(created).when(deleteSystem, { systemId }).then(deleted);
    given(created, deleted).when(deleteSystem, { systemId }).thenRefused('system.already_deleted');
    given(created, deleted).when(updateSystem, renamed).thenRefused('system.already_deleted');
    given().when(deleteSystem, { systemId }).thenRefused('system.not_found');
  });

  it('is a member of its organization until it is deleted, which takes a system without repositories', () => {
    const member = { scope: `systems/${organizationId}`, key: systemId };
    expect(System.reserves?.(created)).toEqual([{ claim: member }]);
    expect(System.reserves?.(deleted)).toEqual([
      expect.objectContaining({ empty: { scope: `repos/${systemId}` } }),
      { release: member },
    ]);
  });
});
