export { OrchestrationModule } from './orchestration.module';
export { Runners } from './ports/runners';
export { runPhases } from './processes/run-phases.process';
