/** @file A parent that a test kills: prints its child's process id and stays. */
import { startChild } from '../../core/process/child.ts';
import type { EchoMethods } from './echo-child.ts';

const child = startChild<EchoMethods>({ name: 'echo', entry: new URL('./echo-child.ts', import.meta.url), args: { greeting: 'hello' } });
process.stdout.write(`${await child.call('pid', undefined)}`);
