/** A promise that a spec or a bench keeps: what waits for `opened` goes on after `open()`. */
export type Gate = Readonly<{ open: () => void; opened: Promise<void> }>;

export function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
