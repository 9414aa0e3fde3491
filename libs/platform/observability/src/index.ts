export { withCorrelation } from './correlation';
export { Health, type Checks } from './health/health';
export { HealthModule } from './health/health.module';
export { createLogger } from './logger';
export { MetricsModule } from './metrics/metrics.module';
