/**
 * @file A test embedder: deterministic, tiny, no network. A picture's vector is the average colours of a 4 x 4 grid of it, less their mean, at
 * unit length; so different pictures differ and equal ones are equal. Faults can be ordered.
 */
import { AppError } from '../../core/api/errors.ts';
import type { EmbeddedPictures, Embedder, EmbedOptions, PictureInput, Space } from '../../core/indexing/embedder.ts';

export type ColourEmbedder = Embedder & {
  /** Pictures embedded so far, by pass. */
  readonly calls: { fast: number; thorough: number };
  /** Throws what this returns, if anything, before a batch is answered. */
  fault: ((pictures: readonly PictureInput[]) => unknown) | undefined;
};

export const colourSpace: Space = { id: 'colours@1', dimension: 48, model: 'colours', revision: '1', precision: 'fp32', prompts: 'none' };

export function createColourEmbedder({ thorough = false, delayMs = 0, space = colourSpace } = {}): ColourEmbedder {
  const calls = { fast: 0, thorough: 0 };
  const unsupported = () => Promise.reject(new AppError('bad-request', 'the test embedder knows pictures only'));
  return {
    space,
    calls,
    fault: undefined,
    hasThoroughPass: thorough,
    rasters: () => [{ fit: 'squash', width: 4, height: 4, filter: 'bilinear' }],
    async image(pictures: readonly PictureInput[], options?: EmbedOptions): Promise<EmbeddedPictures> {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      options?.signal?.throwIfAborted();
      const error = this.fault?.(pictures);
      if (error !== undefined) throw error;
      const pass = options?.pass ?? 'fast';
      calls[pass] += pictures.length;
      const data = new Float32Array(pictures.length * 48);
      pictures.forEach((picture, index) => {
        data.set(vectorOf(picture), index * 48);
      });
      return {
        dimension: 48,
        data,
        findings: pictures.map(() => ({ words: [{ text: pass, probability: 1 }], people: pass === 'thorough' ? 2 : 1 })),
      };
    },
    text: unsupported,
    composed: unsupported,
    words: unsupported,
    close: () => Promise.resolve(),
  };
}

function vectorOf(picture: PictureInput): Float32Array {
  const pixels = picture.rasters[0]?.data ?? new Uint8Array(48);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / 48;
  const centred = Float32Array.from(pixels, (value) => value - mean + 1e-3);
  const length = Math.hypot(...centred);
  return centred.map((value) => value / length);
}
