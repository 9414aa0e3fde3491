export { organization, type OrganizationEvent } from './organization.contract';
export { repo, RepoOwner, UNAFFILIATED, type RepoCommands, type RepoEvent } from './repo.contract';
export { system, type SystemCommands, type SystemEvent } from './system.contract';
