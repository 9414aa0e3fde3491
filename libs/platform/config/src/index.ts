export { ConfigurationError, env } from './env';
