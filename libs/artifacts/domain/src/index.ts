export { Artifact, createArtifact } from './artifact';
