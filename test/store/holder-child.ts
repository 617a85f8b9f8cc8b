/** @file A process that opens the library given as its argument, says so, and stays until it is killed. */
import { openStore } from '../../core/store/open.ts';

const directory = process.argv[2];
if (directory === undefined) throw new Error('give the directory of a library');
openStore(directory);
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
