import { delivery, triggerRule } from '@syntropic/github/contracts';
import { targetKeyOf } from '@syntropic/github/domain';
import { process, send, startTimer } from '@syntropic/processes';

const { FireTrigger, DispatchTrigger } = triggerRule.commands;

/** From an accepted delivery to the start of executions: asks the guards of each rule that it matches, now or when they have put it off to. */
export const fireTriggers = process(
  delivery,
  triggerRule,
)({
  name: 'fire-triggers',
  on: {
    DeliveryAccepted: ({ data: { deliveryId, matches }, recordedAt: at }) =>
      matches.map(({ triggerId, executionId }) => send(FireTrigger, { triggerId, executionId, deliveryId, at })),

    // The newest delivery about a pull request takes the timer over.
    TriggerDeferred: ({ data: { triggerId, executionId, deliveryId, prNumber, afterSeconds, dueAt } }) => [
      startTimer(`${triggerId} ${targetKeyOf(prNumber)}`, afterSeconds, FireTrigger, {
        triggerId,
        executionId,
        deliveryId,
        at: dueAt,
        isDue: true,
      }),
    ],

    TriggerFired: ({ data: { triggerId, executionId, deliveryId, workflowId, repository } }) => [
      send(DispatchTrigger, { triggerId, executionId, deliveryId, workflowId, repository }),
    ],
  },
});
