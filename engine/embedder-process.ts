/** @file Entry of the embedder process. Native inference cannot be interrupted, so what has to stop it is the end of a process. */
import { listModels, openEmbedder, processesFor } from '../models/registry.ts';
import { serveEmbedder } from './serve-embedder.ts';

serveEmbedder({ listModels, openEmbedder, processesFor });
