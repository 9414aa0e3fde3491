import type { RefusalDetails } from '@syntropic/kernel';

/** A refusal as the command service sends it. */
export const refusedReply = (code: string, refusal: string, message: string, details?: RefusalDetails) => ({
  code,
  refusal,
  message,
  ...(details && { details }),
});
