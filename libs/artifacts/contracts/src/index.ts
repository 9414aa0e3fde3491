export { CreateArtifact } from './artifact.commands';
export { artifactEvents, type ArtifactCreated, type ArtifactEvent } from './artifact.events';
export { artifactsCommands } from './artifacts.commands';
