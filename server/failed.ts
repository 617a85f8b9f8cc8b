/** @file How a command says "not done" (exit status 1) after it has said all there is to say. */
export class Failed extends Error {
  override readonly name = 'Failed';
}
