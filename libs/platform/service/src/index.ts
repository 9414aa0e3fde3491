export { Background } from './background';
export { closeIdleConnections } from './close-idle-connections';
export { hourly } from './hourly';
export { runService } from './run-service';
export { serviceVariables } from './service-variables';
export { InjectLog, InjectNats, LOG, NATS, ServiceModule } from './service.module';
export { checkJetStream, checkStoreWrites } from './server-checks';
export { enforceShutdownDeadline } from './shutdown-deadline';
export { connectStore } from './store';
