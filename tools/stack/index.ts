export { Api } from './demo/api';
export { framesOf, type Frame } from './demo/event-stream';
export { withClaude } from './claude';
export { SERVICE_NAMES, SERVICES, type ServiceName } from './services';
