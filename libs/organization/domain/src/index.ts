export { Organization } from './organization';
