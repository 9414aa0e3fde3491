import root from '@opentelemetry/otlp-transformer/build/src/generated/root';

type Value = Readonly<Record<string, unknown>>;
type Message = Readonly<{
  fromObject: (value: object) => object;
  encode: (message: object) => { finish: () => Uint8Array };
  decode: (bytes: Uint8Array) => { toJSON: () => unknown };
}>;

// The package declares its root without the messages in it.
const { collector } = (
  root as unknown as { opentelemetry: { proto: { collector: Record<string, { v1: Record<string, Message> }> } } }
).opentelemetry.proto;
export const messageOf = (signal: string, kind: 'Request' | 'Response'): Message => {
  const name = { logs: 'Logs', metrics: 'Metrics', traces: 'Trace' }[signal] ?? '';
  const message = collector[name.toLowerCase()]?.v1[`Export${name}Service${kind}`];
  if (!message) throw new Error(`${signal} has no message`);
  return message;
};

export const nanos = (msAgo = 0) => `${Date.now() - msAgo}000000`;
const attribute = (key: string, value: string | number | boolean) => ({
  key,
  value:
    typeof value === 'string'
      ? { stringValue: value }
      : typeof value === 'boolean'
        ? { boolValue: value }
        : { intValue: value },
});
export const attributes = (told: Readonly<Record<string, string | number | boolean>>) =>
  Object.entries(told).map(([key, value]) => attribute(key, value));

export const log = (name: string, told: Readonly<Record<string, string | number | boolean>>) => ({
  timeUnixNano: nanos(),
  body: { stringValue: name },
  attributes: attributes(told),
});
export const logs = (...logRecords: Value[]) => ({
  resourceLogs: [
    {
      resource: { attributes: attributes({ 'service.name': 'claude-code' }) },
      scopeLogs: [{ scope: { name: 'com.anthropic.claude_code.events' }, logRecords }],
    },
  ],
});
export const span = (name: string, told: Readonly<Record<string, string | number | boolean>>) => ({
  name,
  startTimeUnixNano: nanos(1500),
  endTimeUnixNano: nanos(),
  attributes: attributes(told),
});
export const spans = (...all: Value[]) => ({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'gen' }, spans: all }] }],
});
