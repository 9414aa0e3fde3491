export { organizationProjection } from './organization.projection';
