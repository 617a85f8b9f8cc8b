/** @file A question at the terminal that takes yes or no. The question goes to standard error: standard output is for answers. */
import { createInterface } from 'node:readline/promises';

/** No, unless it is said; also where the input ends or Ctrl-C is pressed. */
export async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
