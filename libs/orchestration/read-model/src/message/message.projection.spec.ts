import { rowsAfter } from '@syntropic/projections/testing';
import { messageProjection } from './message.projection';

const ids = { executionId: 'exec-1', workflowId: 'w', messageId: 'm-1' };
const requested = {
  type: 'MessageRequested',
  data: { ...ids, role: 'user', message: 'Look', phaseIds: ['one', 'two'] },
};
const session = { sessionId: 's-1', attempt: 1, leg: 1 };

it('a message tells of each phase whether its agent has taken it, and when', () => {
  const delivered = { type: 'MessageDelivered', data: { ...ids, ...session, phaseId: 'two' } };
  const undeliverable = { type: 'MessageUndeliverable', data: { ...ids, phaseId: 'one' } };

  expect(rowsAfter(messageProjection, requested, delivered)).toEqual([
    {
      message_id: 'm-1',
      execution_id: 'exec-1',
      role: 'user',
      message: 'Look',
      requested_at: '2026-01-01T00:00:01.000Z',
      recipients: [
        { phaseId: 'one', state: 'requested', sessionId: null, settledAt: null },
        { phaseId: 'two', state: 'delivered', sessionId: 's-1', settledAt: '2026-01-01T00:00:02.000Z' },
      ],
    },
  ]);
  expect(rowsAfter(messageProjection, requested, delivered, undeliverable)).toMatchObject([
    { recipients: [{ state: 'undeliverable', sessionId: null, settledAt: '2026-01-01T00:00:03.000Z' }, {}] },
  ]);
});
