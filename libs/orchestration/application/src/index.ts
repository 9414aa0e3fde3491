export { OrchestrationModule } from './orchestration.module';
export { Runners } from './ports/runners';
export { closeWorkspaces } from './processes/close-workspaces.process';
export { runPhases } from './processes/run-phases.process';
