/**
 * Thrown when a part of the local stack cannot start or is not what is needed.
 * The message names the part and the offending value; `remedy` says what to do about it.
 */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';

  /** @param remedy one or two sentences in the imperative, shown under the message. */
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${message}\n${remedy}`, options);
  }
}
