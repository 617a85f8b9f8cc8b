/**
 * @file The command line. Answers go to standard output, as JSON with --json; progress and logs to standard error.
 * Exit status: 0 done, 1 failed, 2 wrong use.
 */
import { Command, CommanderError } from 'commander';
import { AppError, toWire } from '../core/api/errors.ts';
import packageFile from '../package.json' with { type: 'json' };
// Commands load what they need when they run: parsing an argument or printing help must not wait for a network runtime.
import { cacheCode } from './code-cache.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEmbed } from './commands/embed.ts';
import { addIndex } from './commands/index.ts';
import { addModels } from './commands/models.ts';
import { addSearch } from './commands/search.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addWatch } from './commands/watch.ts';
import { Failed } from './failed.ts';
import { printJson, say } from './terminal.ts';

export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Failed) return 1;
    return report(error, argv.includes('--json'));
  }
}

/** An error that was foreseen is one line for people; any other is a bug, and its trace is what its report needs. */
function report(error: unknown, asJson: boolean): number {
  if (error instanceof AppError) say(`oneword: ${error.message}`);
  else console.error(error);
  if (asJson) printJson({ error: toWire(error) });
  return error instanceof AppError && error.code === 'bad-request' ? 2 : 1;
}

function program(): Command {
  const oneword = new Command('oneword')
    .description('Search your own pictures by what they show: with words, with a picture, or with a picture and an edit.')
    .version(packageFile.version)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for what can be given.')
    .addHelpText(
      'after',
      `
Examples:
  oneword serve ~/Pictures              open the app in the browser
  oneword index ~/Pictures              make a folder searchable
  oneword search "a dog on the beach"   search it
  oneword search --image cat.jpg --edit "at night"
Every command answers in JSON with --json. Exit status: 0 done, 1 failed, 2 wrong use.`,
    );
  for (const add of [addServe, addIndex, addWatch, addSearch, addEmbed, addStatus, addDoctor, addModels]) add(oneword);
  return oneword;
}

if (import.meta.main) {
  cacheCode();
  process.exitCode = await main(process.argv.slice(2));
}
