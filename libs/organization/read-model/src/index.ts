export { executionFailureProjection } from './execution-failure.projection';
export { organizationProjection } from './organization.projection';
export { NO_SYSTEM, repoProjection, type RepoRow } from './repo.projection';
export { repoExecutionProjection } from './repo-execution.projection';
export { repoSessionProjection } from './repo-session.projection';
export { systemProjection, type SystemRow } from './system.projection';
