export { CreateArtifact } from './artifact.commands';
export type { ArtifactCreated, ArtifactEvent } from './artifact.events';
export { artifactsCommands } from './artifacts.commands';
