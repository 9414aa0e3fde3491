import type { Recorded } from '@syntropic/kernel';
import { domainMessage, recordedOf } from './domain-message';

const event: Recorded = {
  position: 12,
  stream: 'workflow-tidy.up *all*',
  version: 3,
  id: '6f1b1c58-43a5-5d0e-9a0e-7e2f0f7d1c11',
  type: 'WorkflowCreated',
  data: { name: 'Aufräumen „gründlich“ 🧹' },
  metadata: {
    commandId: 'c',
    correlationId: 'r',
    causationId: 'a',
    actor: { kind: 'user', id: 'Zoë\r\nX-Evil: yes' },
    schemaVersion: 1,
    bodyHash: 'h',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
  recordedAt: '2026-03-01T10:00:00.123Z',
};

const envelope = { epoch: 'e', maxPayload: 2 ** 20, contextOf: () => 'orchestration' };

describe('an event on the bus', () => {
  it('is a CloudEvent whose id in the subject is one token', () => {
    const { subject, headers } = domainMessage(event, envelope);

    expect(subject).toBe('domain.orchestration.workflow.tidy%2Eup%20%2Aall%2A.WorkflowCreated');
    expect(Object.fromEntries(headers.keys().map((key) => [key, headers.get(key)]))).toMatchObject({
      'ce-specversion': '1.0',
      'ce-id': event.id,
      'ce-type': 'WorkflowCreated',
      'ce-source': '/orchestration/workflow',
      'ce-subject': 'workflow-tidy.up%20*all*',
      'ce-time': event.recordedAt,
      'content-type': 'application/json',
      'Syn-Position': '12',
      'Syn-Epoch': 'e',
    });
  });

  it('has headers of printable ASCII, also for other names', () => {
    const { headers } = domainMessage(event, envelope);

    for (const key of headers.keys()) expect(headers.get(key)).toMatch(/^[\x20-\x7e]*$/);
  });

  it('is read back as it was recorded', () => {
    expect(recordedOf(domainMessage(event, envelope))).toEqual(event);
  });

  it('that is too large for a message refers to the log', () => {
    const message = domainMessage(event, { ...envelope, maxPayload: 600 });

    expect(message.data).toHaveLength(0);
    expect(recordedOf(message)).toEqual({ position: 12, dataref: `urn:uuid:${event.id}` });
  });
});
