/** @file `oneword doctor`: whether everything works, and the way back when the database does not. */
import type { Command } from 'commander';
import { hasCode, toWire } from '../../core/api/errors.ts';
import type { DoctorReport } from '../../core/api/library.ts';
import { Failed } from '../failed.ts';
import { printJson, printLine, say } from '../terminal.ts';
import { type LibraryFlags, libraryOf, withLibrary } from './options.ts';

type Flags = LibraryFlags & { readonly restore?: true };

export function addDoctor(program: Command): void {
  withLibrary(program.command('doctor'))
    .description('Check the library, its index, the engine and the native libraries. Exit status 1 when something is wrong.')
    .option('--restore', 'put the newest backup in the place of a damaged library.db (which is kept beside it)')
    .addHelpText('after', '\nExamples:\n  oneword doctor\n  oneword doctor --library ./lib --json\n  oneword doctor --restore')
    .action(doctor);
}

async function doctor(flags: Flags): Promise<void> {
  if (flags.restore) {
    const { restoreBackup } = await import('../../core/store/backup.ts');
    const { restored, damaged } = restoreBackup(flags.library);
    say(`Restored the backup of ${restored.madeAt.toISOString()}. The damaged library is kept as ${damaged}.`);
  }
  const report = await examine(flags);
  if (flags.json) printJson(report);
  else {
    for (const check of report.checks) printLine(`${check.ok ? 'ok    ' : 'WRONG '} ${check.name}: ${check.detail}`);
    printLine(report.ok ? 'Everything is well.' : 'Something is wrong.');
  }
  if (!report.ok) throw new Failed();
}

async function examine(flags: Flags): Promise<DoctorReport> {
  try {
    const { openSession } = await import('../session.ts');
    const session = await openSession({ ...libraryOf(flags), activity: 'query' });
    try {
      return await session.client.doctor();
    } finally {
      await session.close();
    }
  } catch (error) {
    // A library that cannot be opened is a finding, not a failure of the examination.
    if (!(['library-damaged', 'library-newer', 'permission-denied', 'disk-full'] as const).some((code) => hasCode(error, code)))
      throw error;
    return { ok: false, checks: [{ name: 'library', ok: false, detail: toWire(error).message }] };
  }
}
