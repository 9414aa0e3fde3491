export { env, variable } from './env';
export { flag } from './flag';
