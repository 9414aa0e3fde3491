export { Background, type Task } from './background';
export { runService, type RunOptions } from './run-service';
export { serviceVariables } from './service-variables';
export { InjectLog, InjectNats, LOG, NATS, ServiceModule, type ServiceOptions } from './service.module';
