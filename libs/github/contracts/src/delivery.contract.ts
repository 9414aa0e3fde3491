import {
  answered,
  contract,
  DeliveryId,
  ExecutionId,
  Outcome,
  RepoFullName,
  ShortName,
  TriggerId,
  type EventOf,
} from '@syntropic/kernel';
import { z } from 'zod';
import { GithubEvent } from './condition';

/** The most bytes of a payload. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** The most bytes of the inputs of one match, as JSON. */
export const MAX_INPUT_BYTES = 32 * 1024;

/** A rule that the delivery fits, and the execution that the rule starts for it if its guards allow. */
const Match = z.object({
  triggerId: TriggerId,
  executionId: ExecutionId,
  inputs: z.record(z.string(), z.string()),
});

/** A webhook's delivery that at least one rule has matched. Others are not recorded. */
export const delivery = contract('github', 'delivery', {
  key: 'deliveryId',
  commands: {
    /** Compares the payload with the active rules of its repository. The answer names those that it matches. */
    AcceptDelivery: answered(
      {
        deliveryId: DeliveryId,
        event: GithubEvent,
        repository: RepoFullName,
        /** JSON. */
        payload: z
          .string()
          .max(MAX_PAYLOAD_BYTES)
          .refine((text) => Buffer.byteLength(text) <= MAX_PAYLOAD_BYTES, `at most ${MAX_PAYLOAD_BYTES} bytes`),
      },
      Outcome.extend({ matched: z.array(TriggerId) }),
    ),
  },
  events: {
    DeliveryAccepted: {
      deliveryId: DeliveryId,
      event: z.string(),
      repository: z.string(),
      /** Absent for events that are about no pull request. */
      prNumber: z.int().optional(),
      sender: ShortName.optional(),
      matches: z.array(Match),
    },
  },
  refusals: { malformed: ['invalid', 'The payload is not JSON'] },
});

export type DeliveryEvent = EventOf<typeof delivery>;
