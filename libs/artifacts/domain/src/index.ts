export { Artifact } from './artifact';
