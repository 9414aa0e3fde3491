import type { AddressedCommand, CommandContext } from '@syntropic/kernel';

/**
 * Brings a command to its handler, in this process or over the bus.
 * @throws DomainError when it does not parse or is refused; anything else is a fault, and the command is sent again under its id
 */
export type SendCommand = (command: AddressedCommand, about: CommandContext) => Promise<unknown>;
