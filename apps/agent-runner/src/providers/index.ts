export { CommandProvider } from './command.provider';
export { outputOf, type InputProtocol, type PlannedSession, type Provider } from './provider';
export { ReplayProvider } from './replay.provider';
export { SimulatedProvider } from './simulated.provider';
