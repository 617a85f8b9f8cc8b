/** @file The contract over the message port of a real library process. */
import { openLibrary } from '../../engine/library.ts';
import { contractSuite } from './suite.ts';

contractSuite('a message port', (directory) => openLibrary({ directory, activity: 'watch' }));
