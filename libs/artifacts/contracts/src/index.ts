export { artifact, type ArtifactCommands, type ArtifactEvent, type ArtifactEvents } from './artifact.contract';
