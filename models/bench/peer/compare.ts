/**
 * @file Our encoders and those of transformers.js on the same weights, inputs and number of threads: in turns, each time in a new process, so
 * that whatever else the machine does falls on both. Vectors are compared before times are.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../../core/api/errors.ts';
import type { DualEncoder } from '../../arch/architecture.ts';
import { leastCosine } from '../cosine.ts';
import { type MeasureOptions, type Sample, watched } from '../measure.ts';
import type { DualQuestion } from '../measure-process.ts';
import type { PeakMemory } from '../memory-watch.ts';
import { peerName } from './package.ts';
import type { PeerAnswer, PeerQuestion } from './peer-process.ts';
import { writePeerModel } from './write.ts';

export type PeerCost = {
  readonly name: string;
  /** Of a picture or text, best of all rounds. */
  readonly seconds: number;
  /** Ours to theirs: below 1 ours is faster. Of the best rounds and of the medians. */
  readonly ratio: number;
  readonly medianRatio: number;
  /** The worst of the batch, ours to theirs. */
  readonly cosine: number;
  readonly peak: PeakMemory | undefined;
};

export type Peer = {
  /** Throws `engine-failed` where it answers other vectors, and what `ours` throws. */
  compare(ours: () => Promise<Sample>, question: DualQuestion, options: MeasureOptions): Promise<{ ours: Sample; peer: PeerCost }>;
  /** Removes its model. */
  close(): Promise<void>;
};

const turns = 3;
const leastAgreement = 0.9999;

/**
 * Writes the checkpoint for transformers.js into a temporary folder.
 * @param module from `requirePeer`
 */
export async function openPeer(module: string, checkpoint: string, model: DualEncoder, { signal }: MeasureOptions): Promise<Peer> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-peer-')));
  const close = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await writePeerModel(checkpoint, folder, signal);
  } catch (error) {
    await close();
    throw error;
  }
  const architecture = model.modelType === 'siglip' ? 'siglip' : 'clip';
  const sizes = { vocabulary: model.text.vocabularySize, side: model.vision.imageSize };

  async function compare(ours: () => Promise<Sample>, question: DualQuestion, options: MeasureOptions) {
    const { tower, batch, tokens, threads, seconds } = question;
    const asked: PeerQuestion = { module, folder, architecture, tower, batch, tokens, ...sizes, threads, seconds };
    const [mine, theirs]: [Sample[], (PeerAnswer & { peak: PeakMemory | undefined })[]] = [[], []];
    for (let turn = 0; turn < turns; turn++) {
      mine.push(await ours());
      options.onProgress?.(`${peerName}, ${tower}, ${batch} at once`);
      theirs.push(await watched<PeerQuestion, PeerAnswer>(new URL('./peer-process.ts', import.meta.url), asked, options));
    }
    const [own, other] = [best(mine), best(theirs)];
    const cosine = leastCosine(own.hidden ?? new Float32Array(), other.vectors, batch);
    if (!(cosine > leastAgreement))
      throw new AppError('engine-failed', `${peerName} answers other vectors (cosine ${cosine}): there is nothing to compare.`);
    return {
      ours: own,
      peer: {
        ...{ name: peerName, seconds: other.best / batch, ratio: own.best / other.best },
        ...{ medianRatio: median(mine) / median(theirs), cosine, peak: other.peak },
      },
    };
  }
  return { compare, close };
}

function best<T extends { readonly best: number }>(samples: readonly T[]): T {
  return samples.reduce((first, second) => (second.best < first.best ? second : first));
}

/** Of the rounds of all turns. */
function median(samples: readonly { readonly rounds: readonly number[] }[]): number {
  const rounds = samples.flatMap((sample) => sample.rounds).sort((a, b) => a - b);
  return rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
}
