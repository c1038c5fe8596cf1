/** What a person wrote cannot be sent; the message says what to write instead. The form stays as it is. */
export class InputError extends Error {
  override readonly name = "InputError";
}
