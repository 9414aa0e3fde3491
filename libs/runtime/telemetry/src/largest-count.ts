/** The largest count in one message of an agent, or of a provider, that is believed. */
export const LARGEST_COUNT = 1e12;
