import { CountedCommands } from './counted-commands';

/** A handler that fails at one step of one execution until it is repaired. */
export function brokenAt(executionId: string, step: number) {
  let isBroken = true;
  const commands = new CountedCommands(({ about, data }) => {
    if (isBroken && about.executionId === executionId && stepOf(data) === step) throw new Error('cannot be taken');
  });
  return {
    commands,
    repair: () => {
      isBroken = false;
    },
  };
}

/** The step that a note is about. */
export const stepOf = (data: object): number => (data as { step: number }).step;
