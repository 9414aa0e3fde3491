export { findAgentPrograms, providersOf, type AgentPrograms } from './agent-programs';
export { CliProvider } from './cli.provider';
export { CommandProvider } from './command.provider';
export {
  outputOf,
  type InputProtocol,
  type Plan,
  type PlannedSession,
  type Provider,
  type SessionPlaces,
} from './provider';
export { ReplayProvider } from './replay.provider';
export { SimulatedProvider } from './simulated.provider';
