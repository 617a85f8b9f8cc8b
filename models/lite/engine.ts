/**
 * @file The embedded engine: names what a picture shows and embeds the names, offline, on the CPU. A stand-in for a vision-language model.
 * It knows a thousand names, eleven colours and people. Cosines of unrelated pairs: text-text 0.10, text-picture 0.09, picture-picture 0.23;
 * related texts reach 0.5 to 1, related text and picture about 0.38. So each kind is ranked by itself, never in one list.
 */
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureFindings, PictureInput, Space, Vectors } from '../../core/indexing/embedder.ts';
import { type Shared, shared } from '../runtime/shared-promise.ts';
import { requireWeights, weightsDirectory } from '../weights.ts';
import { dimension, textSize, writeVector } from './blocks.ts';
import { openClassifier } from './classifier.ts';
import { textColours } from './colours.ts';
import { compose } from './compose.ts';
import { openFaceDetector } from './faces.ts';
import { readGlosses } from './glosses.ts';
import { readFloats, readLabels } from './labels.ts';
import { openObjectDetector } from './objects.ts';
import { personPhrases } from './people.ts';
import { rastersOf, type SeenPicture, seePicture } from './pictures.ts';
import { makeReadout } from './readout.ts';
import { encodeSentences } from './sentences.ts';
import { openTextEncoder } from './text-encoder.ts';

export const liteSpace: Space = { id: 'lite@1', dimension, model: 'lite', revision: '1', precision: 'fp32', prompts: 'conse-1' };

export type LiteOptions = { readonly threads: number; readonly weights?: string };

type Pass = NonNullable<EmbedOptions['pass']>;

/** Networks are loaded on first use: a query by words never waits for the picture networks. */
export async function openLite({ threads, weights = weightsDirectory }: LiteOptions): Promise<Embedder> {
  await requireWeights('lite', weights);
  const lite = path.join(weights, 'lite');
  const people = path.join(weights, 'lite-people');
  const options = { threads };

  const labels = await readLabels(lite);
  const personVectors = await readFloats(path.join(people, 'person-vectors.f32'), personPhrases.length * textSize);
  const readout = shared(async () => makeReadout(labels));
  const glosses = shared(() => readGlosses(lite));
  const encoder = shared(() => openTextEncoder(lite, options));
  const classifier = shared(() => openClassifier(lite, options));
  const faces = shared(() => openFaceDetector(path.join(people, 'face.onnx'), options));
  const objects = shared(() => openObjectDetector(path.join(people, 'objects.onnx'), options));
  const networks: readonly Shared<{ close(): Promise<void> }>[] = [encoder, classifier, faces, objects];

  async function see(picture: PictureInput, pass: Pass): Promise<SeenPicture> {
    checkRasters(picture, pass);
    const parts = { labels, personVectors, classifier: await classifier.get(), faces: await faces.get() };
    return seePicture(pass === 'thorough' ? { ...parts, objects: await objects.get() } : parts, picture);
  }

  return {
    space: liteSpace,
    hasThoroughPass: true,
    rasters: rastersOf,

    async text(texts, { signal } = {}) {
      signal?.throwIfAborted();
      const sentences = await encodeSentences(await encoder.get(), await glosses.get(), texts);
      const vectors = emptyVectors(texts.length);
      for (const [i, sentence] of sentences.entries()) {
        writeVector(rowOf(vectors, i), { text: labels.centre(sentence), colours: textColours(texts[i] ?? '') });
      }
      return vectors;
    },

    // One after the other: a batch is slower than its pictures one by one, and cancelling stops at the next picture.
    async image(pictures, { signal, pass = 'fast' } = {}) {
      const vectors = emptyVectors(pictures.length);
      const findings: PictureFindings[] = [];
      for (const [i, picture] of pictures.entries()) {
        signal?.throwIfAborted();
        const seen = await see(picture, pass);
        writeVector(rowOf(vectors, i), seen);
        findings.push(seen.findings);
      }
      return { ...vectors, findings };
    },

    async composed(pairs, { signal, pass = 'fast' } = {}) {
      const vectors = emptyVectors(pairs.length);
      for (const [i, { picture, edit }] of pairs.entries()) {
        signal?.throwIfAborted();
        const seen = await see(picture, pass);
        const parts = { labels, encoder: await encoder.get(), glosses: await glosses.get() };
        writeVector(rowOf(vectors, i), await compose(parts, seen, edit));
      }
      return vectors;
    },

    async words(vectors, k) {
      if (vectors.dimension !== dimension) {
        throw new AppError(
          'bad-request',
          `Vectors of ${vectors.dimension} values are not of this engine, whose vectors have ${dimension}.`,
        );
      }
      const read = await readout.get();
      return Array.from({ length: vectors.data.length / dimension }, (_, i) => read(rowOf(vectors, i), k));
    },

    async close() {
      for (const network of networks) await (await network.opened())?.close();
    },
  };
}

function emptyVectors(n: number): Vectors {
  return { dimension, data: new Float32Array(n * dimension) };
}

function rowOf({ data }: Vectors, i: number): Float32Array {
  return data.subarray(i * dimension, (i + 1) * dimension);
}

/** Letterboxed and squashed rasters have exactly the size that was asked for, the others at most. */
function checkRasters({ rasters }: PictureInput, pass: Pass): void {
  const wanted = rastersOf(pass);
  const fits = wanted.every(({ fit, width, height }, i) => {
    const raster = rasters[i];
    if (!raster || raster.data.length !== raster.width * raster.height * 3) return false;
    return fit === 'inside' ? raster.width <= width && raster.height <= height : raster.width === width && raster.height === height;
  });
  if (fits && rasters.length === wanted.length) return;
  const sizes = rasters.map(({ width, height }) => `${width} x ${height}`).join(', ') || 'none';
  throw new AppError(
    'bad-request',
    `The ${pass} pass takes ${wanted.length} rasters as asked for by rasters('${pass}'), but got: ${sizes}.`,
  );
}
