/** @file `oneword models import`: makes an engine of a checkpoint folder that is here already. */
import type { Command } from 'commander';
import type { Found } from '../../models/hub/found.ts';
import type { EngineSettings } from '../../models/hub/settings.ts';
import { bytes, printJson, printLine } from '../terminal.ts';
import { kindNames } from './kind-names.ts';
import { type EngineFlags, engineFlags, withEngineSettings, withJson } from './options.ts';

type Flags = EngineFlags & { readonly id?: string; readonly json?: true };

export function addImport(models: Command): void {
  const command = withJson(models.command('import').argument('<FOLDER>', 'folder with config.json and .safetensors files'))
    .description('Make an engine of a checkpoint on this machine, and say what it is. The folder stays where it is and is never changed.')
    .option('--id <ID>', 'how the engine is called; else it is named after the folder');
  withEngineSettings(command)
    .addHelpText(
      'after',
      '\nExamples:\n  oneword models import ~/models/e5-v\n  oneword models import ./llava-next --adapter ./lora --id tuned --precision int8 --json',
    )
    .action(importEngine);
}

async function importEngine(folder: string, flags: Flags): Promise<void> {
  const { importFolder } = await import('../../models/hub/import-folder.ts');
  const { foundIn } = await import('../../models/hub/found.ts');
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const { adapter, ...settings } = engineFlags(flags);
  const installed = await importFolder(modelsHome(), folder, {
    settings,
    ...(adapter === undefined ? {} : { adapter }),
    ...(flags.id === undefined ? {} : { id: flags.id }),
  });
  const found = foundIn(installed);
  if (flags.json) printJson({ installed, found });
  else {
    printLine(`${installed.directory} (${bytes(installed.bytes)}) is the engine ${installed.id}.`);
    for (const line of linesOf(found, installed.settings.precision)) printLine(line);
  }
}

function linesOf(found: Found, asked: EngineSettings['precision']): string[] {
  const { kind, architecture, vision, text, dimension, precision, tiles, composition } = found;
  const sizes = ({ layers, hidden }: Found['text']) => `${layers} layers of ${hidden}`;
  const runs = [`precision ${asked === precision ? precision : `${asked} (${precision} without a graphics card)`}`];
  if (tiles !== undefined) runs.push(tiles === 'base' ? 'the whole picture as one tile' : 'all tiles of a picture');
  return [
    `Found ${architecture}: ${kindNames[kind]}; for pictures ${sizes(vision)}, for words ${sizes(text)}, ${dimension} numbers a vector.`,
    `It will run with ${runs.join(' and ')}.`,
    composition === 'learned'
      ? 'A picture with an edit is read together by the model.'
      : 'A picture with an edit is searched by vector arithmetic: picture and words added up.',
  ];
}
