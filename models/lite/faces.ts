/** @file The face detector: BlazeFace, full range, on the letterboxed picture. Finds near people. */
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { placementOf } from '../../pixels/resample.ts';
import { openSession, type SessionOptions } from '../runtime/session.ts';
import { type Box, inPicture, suppress } from './boxes.ts';
import { planeMaker } from './planes.ts';
import { row } from './vector.ts';

export const faceRaster = { fit: 'letterbox', width: 192, height: 192, filter: 'bilinear' } as const satisfies SizedRequest;

const leastScore = 0.5;
const mostOverlap = 0.3;
const cells = 48; // a side
const cellSize = 4; // pixels of the raster
const rowSize = 17; // logit, dx, dy, width, height, six points

export type PictureSize = { readonly width: number; readonly height: number };

export type FaceDetector = {
  /** Takes the `faceRaster` of a picture of this size. */
  detect(raster: Raster, size: PictureSize): Promise<Box[]>;
  close(): Promise<void>;
};

export async function openFaceDetector(file: string, options: SessionOptions): Promise<FaceDetector> {
  const session = await openSession(file, options);
  const planes = planeMaker([0, 1, 2].map((channel) => ({ channel, mean: 127.5, deviation: 127.5 })));

  return {
    async detect(raster, size) {
      const { Identity: output = new Float32Array() } = await session.run({ image: planes(raster) });
      const placement = placementOf(size.width, size.height, faceRaster);
      return suppress(decode(output), mostOverlap).map((box) => inPicture(box, placement));
    },
    close: () => session.close(),
  };
}

/** Every cell answers with one face, relative to its own centre. */
function decode(output: Float32Array): Box[] {
  const boxes: Box[] = [];
  for (let cell = 0; cell < cells * cells; cell++) {
    const [logit = 0, dx = 0, dy = 0, width = 0, height = 0] = row(output, cell, rowSize);
    const score = 1 / (1 + Math.exp(-logit));
    if (score <= leastScore) continue;
    const x = ((cell % cells) + 0.5) * cellSize + dx;
    const y = (Math.floor(cell / cells) + 0.5) * cellSize + dy;
    boxes.push({ left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2, score });
  }
  return boxes;
}
