/** Core NATS, without content: events were appended to the log. */
export const LOG_APPENDED = 'log.appended';

/** Core NATS, each second: the head of the log, `{position, epoch}`. */
export const LOG_HEAD = 'log.head';

/** The subjects of all domain events. */
export const DOMAIN_EVENTS = 'domain.>';

/** The subject of an event. Ids are percent-encoded, also dots and wildcards, so that each is one token. */
export const domainSubject = (context: string, aggregate: string, id: string, type: string): string =>
  ['domain', context, aggregate, subjectToken(id), type].join('.');

export const commandSubject = (context: string, type: string): string => `commands.${context}.${type}`;

const subjectToken = (text: string): string =>
  encodeURIComponent(text).replace(/[.*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
