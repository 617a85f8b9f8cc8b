/** @file `oneword models import`: makes an engine of a checkpoint folder that is here already. */
import type { Command } from 'commander';
import { bytes, printJson, printLine } from '../terminal.ts';
import { type EngineFlags, engineFlags, withEngineSettings, withJson } from './options.ts';

type Flags = EngineFlags & { readonly id?: string; readonly json?: true };

export function addImport(models: Command): void {
  const command = withJson(models.command('import').argument('<FOLDER>', 'folder with config.json and .safetensors files'))
    .description('Make an engine of a checkpoint on this machine. The folder stays where it is and is never changed.')
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
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const { adapter, ...settings } = engineFlags(flags);
  const installed = await importFolder(modelsHome(), folder, {
    settings,
    ...(adapter === undefined ? {} : { adapter }),
    ...(flags.id === undefined ? {} : { id: flags.id }),
  });
  if (flags.json) printJson({ installed });
  else printLine(`${installed.directory} (${bytes(installed.bytes)}) is the engine ${installed.id}.`);
}
