/** The most bytes of one answer; what is larger is paged. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
