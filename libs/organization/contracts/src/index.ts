export { organization } from './organization.contract';
