export { env } from './env';
export { flag } from './flag';
