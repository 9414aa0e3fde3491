/** Core NATS: something was appended, look at the log. Carries nothing. */
export const LOG_APPENDED = 'log.appended';

/** Core NATS, each second: how far the log reaches, `{position, epoch}`. */
export const LOG_HEAD = 'log.head';

/** All domain events on the bus. */
export const DOMAIN_EVENTS = 'domain.>';

/** Where an event is published. Ids are percent-encoded, dots and wildcards too: each is one token. */
export const domainSubject = (context: string, aggregate: string, id: string, type: string): string =>
  ['domain', context, aggregate, subjectToken(id), type].join('.');

export const commandSubject = (context: string, type: string): string => `commands.${context}.${type}`;

const subjectToken = (text: string): string =>
  encodeURIComponent(text).replace(/[.*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
