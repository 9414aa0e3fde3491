import { rowsAfter } from '@syntropic/projections/testing';
import { organizationProjection } from './organization.projection';

const organizationId = 'org-01234567';
const data = { organizationId, name: 'First', slug: 'first', createdBy: 'api' };
const created = { type: 'OrganizationCreated', data };
const renamed = { type: 'OrganizationUpdated', data: { organizationId, name: 'Second' } };

it('a renamed organization keeps its other fields, a deleted one has no row', () => {
  const created_at = '2026-01-01T00:00:01.000Z';
  const row = { organization_id: organizationId, name: 'Second', slug: 'first', created_by: 'api', created_at };
  expect(rowsAfter(organizationProjection, created, renamed)).toEqual([row]);
  expect(rowsAfter(organizationProjection, created, { type: 'OrganizationDeleted', data })).toEqual([]);
});
