import { PhaseId } from '@syntropic/kernel';
import { MessageRole, MessageText, Prompt } from '@syntropic/orchestration/contracts';
import { z } from 'zod';

const reason = z.string().max(2_000).nullish();

export const PauseRequest = z.strictObject({ reason }).meta({ id: 'PauseRequest' });
export const InterruptRequest = z.strictObject({ reason }).meta({ id: 'InterruptRequest' });
export const CancelRequest = z.strictObject({ reason }).meta({ id: 'CancelRequest' });
export const RejectRequest = z.strictObject({ reason }).meta({ id: 'RejectRequest' });

export const InjectRequest = z
  .strictObject({
    message: MessageText.meta({ description: 'At most 64 KiB of UTF-8.' }),
    role: MessageRole.default('user').meta({
      description:
        'A `system` message is marked as one of the operators of the run; the agent reads it like any other.',
    }),
  })
  .meta({ id: 'InjectRequest' });

export const ExecutionRequestReply = z
  .object({
    success: z.boolean(),
    execution_id: z.string(),
    state: z.string().meta({ description: 'The state when the request was accepted; the change follows.' }),
    message: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'ControlResponse' });
export type ExecutionRequestReply = z.infer<typeof ExecutionRequestReply>;

export const RerunRequest = z
  .strictObject({
    from_phase: PhaseId.nullish().meta({
      description: 'The first phase to run; all before it have finished. Absent: the first that has not finished.',
    }),
    inputs: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "Replace the source's inputs of the same names." }),
  })
  .meta({ id: 'RerunRequest' });

export const ForkRequest = z
  .strictObject({
    phase: PhaseId.nullish().meta({
      description:
        'The phase whose session goes on in another way; all before it have finished. Absent: the last phase whose session was kept.',
    }),
    at: z.uuid().nullish().meta({
      description:
        'An operation of that session: something that its agent has said, or the end of its last open tool. Absent: the end of the session.',
    }),
    prompt: Prompt.min(1).nullish().meta({
      description:
        "What the conversation goes on with, as it is. Absent: the phase's own prompt, with the inputs as they are now.",
    }),
    inputs: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "Replace the source's inputs of the same names." }),
  })
  .meta({ id: 'ForkRequest' });

export const ForkReply = z
  .object({
    execution_id: z.string(),
    fork_of: z.object({ execution_id: z.string() }),
    status: z.literal('started'),
    message: z.string(),
  })
  .meta({ id: 'ForkResponse' });

export const RerunReply = z
  .object({ execution_id: z.string(), rerun_of: z.string(), status: z.literal('started'), message: z.string() })
  .meta({ id: 'RerunResponse' });
