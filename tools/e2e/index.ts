export { usePlatform, type Platform, type Reply, type Server } from './platform';
export { replay, shell, simulated, workflow } from './workflows';
