/** @file The object detector of the thorough pass: NanoDet-g on the letterboxed picture. Finds far people, and things worth a closer look. */
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { placementOf } from '../../pixels/resample.ts';
import { openSession, type SessionOptions } from '../runtime/session.ts';
import { type Box, inPicture, suppress } from './boxes.ts';
import type { PictureSize } from './faces.ts';
import { planeMaker } from './planes.ts';
import { row } from './vector.ts';

const side = 416;
export const objectRaster = { fit: 'letterbox', width: side, height: side, filter: 'bilinear' } as const satisfies SizedRequest;

const leastScore = 0.3;
const mostOverlap = 0.5;
const kinds = 80; // COCO
const bins = 11; // a distance is the mean of a distribution over bins
const distances = 4;
const personKind = 0;

const heads = [
  { stride: 8, scores: 'Identity', boxes: 'Identity_3' },
  { stride: 16, scores: 'Identity_1', boxes: 'Identity_4' },
  { stride: 32, scores: 'Identity_2', boxes: 'Identity_5' },
] as const;

export type DetectedObject = Box & { readonly isPerson: boolean };

export type ObjectDetector = {
  /** Takes the `objectRaster` of a picture of this size. Best first. */
  detect(raster: Raster, size: PictureSize): Promise<DetectedObject[]>;
  close(): Promise<void>;
};

export async function openObjectDetector(file: string, options: SessionOptions): Promise<ObjectDetector> {
  const session = await openSession(file, options);
  // Blue first.
  const planes = planeMaker([
    { channel: 2, mean: 103.53, deviation: 57.375 },
    { channel: 1, mean: 116.28, deviation: 57.12 },
    { channel: 0, mean: 123.675, deviation: 58.395 },
  ]);

  return {
    async detect(raster, size) {
      const outputs = await session.run({ image: planes(raster) });
      const placement = placementOf(size.width, size.height, objectRaster);
      const found: DetectedObject[] = [];
      for (const [kind, boxes] of decode(outputs)) {
        for (const box of suppress(boxes, mostOverlap)) {
          found.push({ ...clip(inPicture(box, placement), size), isPerson: kind === personKind });
        }
      }
      return found.sort((a, b) => b.score - a.score);
    },
    close: () => session.close(),
  };
}

/** Boxes in pixels of the raster, by kind, lower kinds first. */
function decode(outputs: Readonly<Record<string, Float32Array>>): [number, Box[]][] {
  const byKind = new Map<number, Box[]>();
  for (const { stride, scores: scoresName, boxes: boxesName } of heads) {
    const scores = outputs[scoresName] ?? new Float32Array();
    const distributions = outputs[boxesName] ?? new Float32Array();
    for (const [at, score] of scores.entries()) {
      if (score <= leastScore) continue;
      const kind = at % kinds;
      const boxes = byKind.get(kind) ?? [];
      byKind.set(kind, boxes);
      boxes.push(boxAt(Math.floor(at / kinds), stride, distributions, score));
    }
  }
  return [...byKind].sort(([a], [b]) => a - b);
}

function boxAt(cell: number, stride: number, distributions: Float32Array, score: number): Box {
  const columns = side / stride;
  const x = (cell % columns) * stride + (stride - 1) / 2;
  const y = Math.floor(cell / columns) * stride + (stride - 1) / 2;
  const [left = 0, top = 0, right = 0, bottom = 0] = Array.from(
    { length: distances },
    (_, i) => expectedBin(row(distributions, cell * distances + i, bins)) * stride,
  );
  return { left: x - left, top: y - top, right: x + right, bottom: y + bottom, score };
}

function expectedBin(logits: Float32Array): number {
  const largest = Math.max(...logits);
  let sum = 0;
  let weighted = 0;
  for (const [bin, logit] of logits.entries()) {
    const weight = Math.exp(logit - largest);
    sum += weight;
    weighted += weight * bin;
  }
  return weighted / sum;
}

function clip(box: Box, { width, height }: PictureSize): Box {
  const within = (value: number, end: number): number => Math.min(end, Math.max(0, value));
  return {
    left: within(box.left, width),
    top: within(box.top, height),
    right: within(box.right, width),
    bottom: within(box.bottom, height),
    score: box.score,
  };
}
