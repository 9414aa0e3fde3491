export { Child } from './child';
export { randomPassword } from './credentials';
export { freePort, isFree } from './free-port';
export { isAlive } from './is-alive';
export { LocalServer, type ServerState } from './local-server';
export { natsServer } from './nats-server';
export { postgresServer } from './postgres-server';
export { redisServer } from './redis-server';
