export { bodyHashOf } from './commands/body-hash';
export { CommandClient, OutcomeUnknown, type CommandOrigin } from './commands/command-client';
export { CommandConsumer, type CommandCatalogue } from './commands/command-consumer';
export { commandTransport } from './commands/command-transport';
export { CommandsModule } from './commands/commands.module';
export { connectNats, natsOptions, type NatsAddress } from './connection';
export { DeadLetters } from './dead-letters';
export {
  domainMessage,
  logPlaceOf,
  recordedOf,
  type DataRef,
  type DomainMessage,
  type Envelope,
} from './domain-message';
export { natsAuthorization, natsUsers, type ServiceName } from './permissions';
export { ensureStreams } from './streams';
export { commandSubject, DOMAIN_EVENTS, LOG_APPENDED, LOG_HEAD } from './subjects';
