export { Background } from './background';
export { runService } from './run-service';
export { serviceVariables } from './service-variables';
export { InjectLog, InjectNats, NATS, ServiceModule } from './service.module';
export { connectStore } from './store';
