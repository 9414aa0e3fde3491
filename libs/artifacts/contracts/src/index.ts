export { artifact, type ArtifactCommands, type ArtifactEvent } from './artifact.contract';
