export { Background } from './background';
export { endInTime } from './end-in-time';
export { everyHour } from './every-hour';
export { letGoOfConnections } from './let-go';
export { runService } from './run-service';
export { serviceVariables } from './service-variables';
export { InjectLog, InjectNats, LOG, NATS, ServiceModule } from './service.module';
export { connectStore } from './store';
