import { OrganizationId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { createOrganization, deleteOrganization, Organization, updateOrganization } from './organization';

const { given } = specificationOf(Organization);

const organizationId = OrganizationId.parse('org-01234567');
const first = { organizationId, name: 'First', slug: 'first', createdBy: 'api' };
const created = { type: 'OrganizationCreated', data: first } as const;
const deleted = { type: 'OrganizationDeleted', data: { organizationId } } as const;
const renamed = { organizationId, name: 'Second' };

describe('organization', () => {
  it('is created once', () => {
    given().when(createOrganization, first).then(created);
    given(created).when(createOrganization, first).thenRefused('organization.already_exists');
  });

  it('changes the fields that are named', () => {
    given(created).when(updateOrganization, renamed).then({ type: 'OrganizationUpdated', data: renamed });
    given(created).when(updateOrganization, { organizationId }).thenNothing();
  });

  it('is deleted once, and does not change afterwards', () => {
    given(created).when(deleteOrganization, { organizationId }).then(deleted);
    given(created, deleted).when(deleteOrganization, { organizationId }).thenRefused('organization.already_deleted');
    given(created, deleted).when(updateOrganization, renamed).thenRefused('organization.already_deleted');
    given().when(deleteOrganization, { organizationId }).thenRefused('organization.not_found');
  });

  it('is deleted without systems and repositories only', () => {
    expect(Organization.reserves?.(deleted)).toMatchObject([
      { empty: { scope: `systems/${organizationId}` } },
      { empty: { scope: `repos/${organizationId}` } },
    ]);
  });
});
