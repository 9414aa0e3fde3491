export { artifact, type ArtifactCommands, type ArtifactEvent, type ArtifactEvents } from './artifact.contract';
export { content, type ContentCommands, type ContentEvent } from './content.contract';
export { MediaType } from './media-type';
export { withStoredContent } from './stored-content';
