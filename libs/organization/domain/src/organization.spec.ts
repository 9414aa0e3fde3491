import { OrganizationId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { createOrganization, deleteOrganization, Organization, updateOrganization } from './organization';

const { given } = specificationOf(Organization);

const organizationId = OrganizationId.parse('org-01234567');
const first = { organizationId, name: 'First', slug: 'first', createdBy: 'api' };
const created = { type: 'OrganizationCreated', data: first } as const;
const gone = { organizationId, deletedBy: 'api' };
const deleted = { type: 'OrganizationDeleted', data: { ...gone, formerSlug: 'first' } } as const;
const renamed = { organizationId, name: 'Second' };

describe('organization', () => {
  it('is created once', () => {
    given().when(createOrganization, first).then(created);
    given(created).when(createOrganization, first).thenRefused('organization.already_exists');
  });

  it('changes what differs, and gives a former slug back', () => {
    given(created).when(updateOrganization, renamed).then({ type: 'OrganizationUpdated', data: renamed });
    const moved = { organizationId, slug: 'second', formerSlug: 'first' };
    given(created)
      .when(updateOrganization, { ...first, slug: 'second' })
      .then({ type: 'OrganizationUpdated', data: moved });
    given(created).when(updateOrganization, first).thenNothing();
  });

  it('is deleted once, and does not change afterwards', () => {
    given(created).when(deleteOrganization, gone).then(deleted);
    given(created, deleted).when(deleteOrganization, gone).thenRefused('organization.already_deleted');
    given(created, deleted).when(updateOrganization, renamed).thenRefused('organization.already_deleted');
    given().when(updateOrganization, renamed).thenRefused('organization.not_found');
  });
});
