import type { Action } from './action';

/** Carries an effect out. `position` is that of the event: a late leader's effect must not undo a newer one. */
type EffectHandler = (input: unknown, position: number) => Promise<unknown>;

/** Handlers of effects by name. */
export type EffectHandlers = Readonly<Record<string, EffectHandler>>;

/** Declares an effect beside commands and timers, for the library that carries it out: `action` requests it, `handler` does it. */
export const effect = <Input>(name: string) => ({
  action: (input: Input): Action => ({ kind: 'effect', name, input }),

  handler: (carryOut: (input: Input, position: number) => Promise<unknown>): EffectHandlers => ({
    // Only `action` makes actions of this name, and its input is what the handler takes.
    [name]: (input, position) => carryOut(input as Input, position),
  }),
});
