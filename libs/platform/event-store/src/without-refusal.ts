/** No events for a decision that refuses. */
export function withoutRefusal<E>(decide: () => readonly E[]): readonly E[] {
  try {
    return decide();
  } catch {
    // Decided again on the current state, where it counts.
    return [];
  }
}
