import type { CommandContext, Outcome } from '@syntropic/kernel';

/**
 * Brings a command to its handler, in this process or over the bus.
 * @throws DomainError when it is refused; anything else is a fault, and the command is sent again under its id
 */
export type SendCommand = (context: string, type: string, data: object, about: CommandContext) => Promise<Outcome>;
