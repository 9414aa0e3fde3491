export { organizationProjection } from './organization.projection';
export { NO_SYSTEM, repoProjection } from './repo.projection';
export { systemProjection } from './system.projection';
