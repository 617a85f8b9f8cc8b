/** @file `oneword models list`: the engines that there are. */
import type { Command } from 'commander';
import { bytes, printJson, printLine } from '../terminal.ts';
import { withJson } from './options.ts';

export function addModels(program: Command): void {
  const models = program.command('models').description('The engines that turn pictures and words into vectors.');
  withJson(models.command('list'))
    .description('List the engines: what each is for, its size, and what it cannot do.')
    .addHelpText('after', '\nExample:\n  oneword models list --json')
    .action(list);
}

async function list({ json }: { json?: true }): Promise<void> {
  const { listModels } = await import('../../models/registry.ts');
  const models = await listModels();
  if (json) {
    printJson({ models });
    return;
  }
  for (const model of models) {
    printLine(`${model.id}  ${model.name}, ${model.dimension} dimensions, ${bytes(model.bytes)}, ${model.licence}`);
    printLine(`      ${model.description}`);
    for (const limit of model.limits) printLine(`      ${limit}`);
  }
}
