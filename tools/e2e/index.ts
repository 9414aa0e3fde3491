export { usePlatform, type Platform, type Reply, type Server } from './platform';
export { shell, simulated, workflow } from './workflows';
