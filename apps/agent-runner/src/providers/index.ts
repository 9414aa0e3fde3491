export { CommandProvider } from './command.provider';
export type { PlannedSession, Provider } from './provider';
export { ReplayProvider } from './replay.provider';
export { SimulatedProvider } from './simulated.provider';
