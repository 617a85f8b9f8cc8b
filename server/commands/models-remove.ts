/** @file `oneword models remove`: deletes an engine's files, whole or half downloaded. */
import type { Command } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import { printJson, printLine, say } from '../terminal.ts';
import { confirmed } from './confirmed.ts';
import { withJson } from './options.ts';

export function addRemove(models: Command): void {
  withJson(models.command('remove').argument('<ID>', 'engine to remove (see: oneword models list)'))
    .description('Delete an engine: what was downloaded and what was made of it. An imported folder stays as it is.')
    .option('--yes', 'without being asked')
    .addHelpText('after', '\nExamples:\n  oneword models remove e5v\n  oneword models remove e5v --yes --json')
    .action(remove);
}

async function remove(id: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  const { removeInstalled } = await import('../../models/hub/installed.ts');
  const { enginePlaces, modelsHome } = await import('../../models/hub/models-home.ts');
  const home = modelsHome();
  if (!yes) {
    say(`This deletes ${enginePlaces(home, id).folder}. Libraries that use the engine need another one.`);
    if (!process.stdin.isTTY) throw new AppError('bad-request', 'Nobody can be asked here. To agree, add --yes.');
    if (!(await confirmed('Remove it?'))) throw new AppError('cancelled', 'Nothing was removed.');
  }
  await removeInstalled(home, id);
  if (json) printJson({ removed: id });
  else printLine(`${id} is removed.`);
}
