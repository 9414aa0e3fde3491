/** A refusal as the command service sends it. */
export const refusedReply = (code: string, refusal: string, message: string) => ({ code, refusal, message });
