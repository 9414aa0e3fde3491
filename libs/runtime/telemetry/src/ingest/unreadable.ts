/** Input that cannot be read; `field` is the path of its fault, where it has one. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';

  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}
