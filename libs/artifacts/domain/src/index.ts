export { addArtifact, Artifact, createArtifact, uploadArtifact } from './artifact';
export { Content } from './content';
