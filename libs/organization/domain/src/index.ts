export { Organization } from './organization';
export { assignRepoToSystem, registerRepo, Repo } from './repo';
export { createSystem, System } from './system';
