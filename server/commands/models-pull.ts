/** @file `oneword models pull`: downloads an engine of the catalogue, or goes on with a download. */
import type { Command } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import type { CatalogueEntry } from '../../models/hub/catalogue.ts';
import type { DownloadProgress } from '../../models/hub/progress.ts';
import { onInterrupt } from '../interrupt.ts';
import { bytes, clearProgress, duration, printJson, printLine, say, showProgress } from '../terminal.ts';
import { confirmed } from './confirmed.ts';
import { type EngineFlags, engineFlags, withEngineSettings, withJson } from './options.ts';

type Flags = EngineFlags & { readonly acceptLicence?: true; readonly json?: true };

export function addPull(models: Command): void {
  const command = withJson(models.command('pull').argument('<ID>', 'engine to download (see: oneword models list)'))
    .description('Download an engine. What an earlier download brought is gone on from; every file is checked before the engine is used.')
    .option('--accept-licence', 'agree to its licence and to the size of the download without being asked');
  withEngineSettings(command)
    .addHelpText(
      'after',
      '\nExamples:\n  oneword models pull e5v\n  oneword models pull e5v --accept-licence --precision int8 --json\n' +
        '  HF_ENDPOINT=https://hub.example oneword models pull llava-1.6-mistral\n' +
        '\nEnvironment: HF_ENDPOINT (a mirror), HF_TOKEN (for what is not public), HTTPS_PROXY, HTTP_PROXY, NO_PROXY, ONEWORD_MODELS (where engines go).',
    )
    .action(pullEngine);
}

async function pullEngine(id: string, flags: Flags): Promise<void> {
  const { catalogue, catalogueEntry } = await import('../../models/hub/catalogue.ts');
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const { pull } = await import('../../models/hub/pull.ts');
  const entry = catalogueEntry(id);
  if (!entry) {
    const known = catalogue.map((engine) => engine.id).join(', ');
    throw new AppError(
      'bad-request',
      `There is no engine "${id}" to download. Known: ${known}. A folder is made an engine by: oneword models import`,
    );
  }
  await requireConsent(entry, flags);
  const { adapter, ...settings } = engineFlags(flags);
  const interrupt = onInterrupt();
  try {
    const installed = await pull(entry, {
      home: modelsHome(),
      settings,
      ...(adapter === undefined ? {} : { adapter }),
      signal: interrupt.signal,
      onProgress: createListener(),
    });
    clearProgress();
    if (flags.json) printJson({ installed });
    else printLine(`${installed.name} is installed in ${installed.directory} (${bytes(installed.bytes)}).`);
  } finally {
    clearProgress();
    interrupt.dispose();
  }
}

/** Gigabytes and terms are agreed to before the first byte, by a flag or at a terminal. */
async function requireConsent(entry: CatalogueEntry, { acceptLicence }: Flags): Promise<void> {
  if (acceptLicence) return;
  const terms = entry.consent ?? `Its licence is ${entry.licence}.`;
  say(`${entry.name}, ${bytes(entry.bytes)} from https://huggingface.co/${entry.repo}. ${terms}`);
  if (!process.stdin.isTTY) throw new AppError('bad-request', 'Nobody can be asked here. To agree, add --accept-licence.');
  if (!(await confirmed('Download it?'))) throw new AppError('cancelled', 'Nothing was downloaded.');
}

/** One line that is overwritten on a terminal; elsewhere a line for each file and each note. */
function createListener(): (progress: DownloadProgress) => void {
  let file = '';
  return (progress) => {
    if (progress.note !== undefined) say(progress.note);
    else if (process.stderr.isTTY) showProgress(lineOf(progress));
    else if (progress.file !== file) {
      file = progress.file;
      say(lineOf(progress));
    }
  };
}

function lineOf({ phase, done, total, rate, secondsLeft, file }: DownloadProgress): string {
  const parts = [`${bytes(done)} of ${bytes(total)}`];
  if (phase === 'downloading' && rate > 0) parts.push(`${bytes(rate)}/s`);
  if (phase === 'downloading' && secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  parts.push(phase === 'checking' ? `checking ${file}` : file);
  return parts.join(' · ');
}
