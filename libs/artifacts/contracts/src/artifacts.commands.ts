import { CreateArtifact } from './artifact.commands';

/** Every command this context takes, by its name on the wire. */
export const artifactsCommands = { CreateArtifact };
