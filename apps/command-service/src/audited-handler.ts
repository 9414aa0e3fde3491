import { AuditRecords } from '@syntropic/access';
import type { Actor, Command, CommandMessage, DataOf, Done, ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { Inject, type Type } from '@nestjs/common';

/** A command that is answered by nothing but its having been done. */
type Undertaking = CommandMessage & Readonly<{ answer: typeof Done }>;

/** The subject of a record of the audit: `projection-execution`, or the id of a key. */
type SubjectOf<M extends CommandMessage> = (data: DataOf<M>) => string;

/** `by` is the sender of the command, as `user:<name>`. */
type CarryOut<M extends CommandMessage, Part> = (part: Part, data: DataOf<M>, by: string) => Promise<void>;

const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;

/** A handler that has one part of the platform carry a command out, between the command's record in the audit and its outcome there. */
export function audited<M extends Undertaking, Part>(
  message: M,
  part: Type<Part>,
  subjectOf: SubjectOf<M>,
  carryOut: CarryOut<M, Part>,
): Type<Handler<M>> {
  @Handles(message)
  class AuditedHandler implements Handler<M> {
    constructor(
      @Inject(part) private readonly part: Part,
      private readonly audit: AuditRecords,
    ) {}

    async execute(command: Command<M>): Promise<ReplyOf<M>> {
      const { data, context } = command;
      const act = () => carryOut(this.part, data, nameOf(context.actor));
      // The compiler does not follow the answer of a message that is still a parameter.
      return (await this.audit.command(command, subjectOf(data), act)) as ReplyOf<M>;
    }
  }
  return AuditedHandler;
}
