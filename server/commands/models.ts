/** @file `oneword models`: the engines that there are, and their installing, importing and removing. */
import type { Command } from 'commander';
import type { HubEngine } from '../../models/hub/overview.ts';
import type { ModelDescription } from '../../models/registry.ts';
import { bytes, printJson, printLine } from '../terminal.ts';
import { kindNames } from './kind-names.ts';
import { addModelsBench } from './models-bench.ts';
import { addImport } from './models-import.ts';
import { addPull } from './models-pull.ts';
import { addRemove } from './models-remove.ts';
import { withJson } from './options.ts';

export function addModels(program: Command): void {
  const models = program.command('models').description('The engines that turn pictures and words into vectors.');
  withJson(models.command('list'))
    .description('List the engines: what each is for, its size, and what it cannot do.')
    .addHelpText('after', '\nExample:\n  oneword models list --json')
    .action(list);
  for (const add of [addPull, addImport, addRemove, addModelsBench]) add(models);
}

async function list({ json }: { json?: true }): Promise<void> {
  const { listModels } = await import('../../models/registry.ts');
  const { listHubEngines } = await import('../../models/hub/overview.ts');
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const engines = await listHubEngines(modelsHome());
  const hub = new Set(engines.map(({ id }) => id));
  const models = (await listModels()).filter(({ id }) => !hub.has(id));
  if (json) {
    printJson({
      models: [...models, ...engines.map((engine) => ({ ...engine, installed: engine.installed !== undefined, ...stateOf(engine) }))],
    });
    return;
  }
  for (const model of models) printModel(model, '');
  for (const engine of engines) {
    printModel(engine, sentenceOf(engine));
    if (engine.scores) printLine(`      Published: ${engine.scores}`);
    if (!engine.installed && engine.consent) printLine(`      ${engine.consent}`);
  }
}

function printModel(
  model: Pick<ModelDescription, 'id' | 'name' | 'kind' | 'dimension' | 'bytes' | 'licence' | 'description' | 'limits'>,
  state: string,
): void {
  printLine(`${model.id}  ${model.name}, ${kindNames[model.kind]}, ${model.dimension} dimensions, ${bytes(model.bytes)}, ${model.licence}`);
  if (state) printLine(`      ${state}`);
  printLine(`      ${model.description}`);
  for (const limit of model.limits) printLine(`      ${limit}`);
}

/** What is on this machine, for scripts. */
function stateOf({ installed }: HubEngine) {
  if (!installed) return {};
  const { directory, adapter, settings, problem, source } = installed;
  return { directory, adapter, settings, problem, from: source };
}

function sentenceOf(engine: HubEngine): string {
  const { id, bytes: all, installed, downloaded } = engine;
  const needs = `needs ${memoryNeeds(engine)} of memory`;
  if (installed?.problem) return `Installed, and cannot be used now: ${installed.problem}`;
  if (installed) return `Installed with precision ${installed.settings.precision}; ${needs}.`;
  if (downloaded > 0) return `${bytes(downloaded)} of ${bytes(all)} downloaded; go on with: oneword models pull ${id}`;
  return `Not installed; ${needs}. Install it with: oneword models pull ${id}`;
}

/** Of the forms that a processor runs. What is small runs as it is stored. */
function memoryNeeds({ precision, memory: { int4, int8, exact } }: HubEngine): string {
  if (precision === 'exact' || int4 === undefined || int8 === undefined) return bytes(exact);
  return `${bytes(int4)} (int4), ${bytes(int8)} (int8) or ${bytes(exact)} (exact, slow)`;
}
