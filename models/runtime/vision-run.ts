/** @file Tiles of a picture through the vision tower and the projector. */
import { AppError } from '../../core/api/errors.ts';
import type { Stage } from '../compile/stage.ts';
import { blocksOf, giveBack, type RunStage, rowsOf } from './stage-run.ts';

/** Tiles that go through a layer at once: the base and a 2 x 2 grid. */
const tilesAtOnce = 5;

export function visionRuns(stages: readonly Stage[], tiles: number, atOnce = tilesAtOnce): number {
  return stages.length * blocksOf(tiles, atOnce).length;
}

/** Tokens are those of a tile between the first stage and the last: the class token and the patches. */
export type VisionSize = { readonly channels: number; readonly imageSize: number; readonly tokens: number };

/** Pixels [tiles, channels, side, side] -> features [tiles, patches, hidden]. All tiles pass a layer before the next one is opened. */
export async function runVision(
  stages: readonly Stage[],
  pixels: Float32Array,
  tiles: number,
  { channels, imageSize, tokens }: VisionSize,
  run: RunStage,
  atOnce = tilesAtOnce,
): Promise<Float32Array> {
  const tile = [channels, imageSize, imageSize];
  const values = channels * imageSize * imageSize;
  if (tiles < 1 || pixels.length !== tiles * values)
    throw new AppError('internal', `${pixels.length} values are not ${tiles} tiles of ${tile.join(' x ')}.`);
  let blocks = blocksOf(tiles, atOnce).map(({ first, count }) => ({
    data: rowsOf(pixels, values, first, count),
    shape: [count, ...tile],
  }));
  for (const [index, stage] of stages.entries()) {
    const [input = '', output = ''] = [...stage.inputs, ...stage.outputs];
    const next: typeof blocks = [];
    for (const block of blocks) {
      const { [output]: data = new Float32Array() } = await run(stage, { [input]: block }, [output]);
      const [count = 1] = block.shape;
      // The pixels are the caller's.
      if (index > 0) giveBack(block.data);
      next.push({ data, shape: [count, tokens, data.length / count / tokens] });
    }
    blocks = next;
  }
  const [only] = blocks;
  if (only && blocks.length === 1) return only.data;
  const features = new Float32Array(blocks.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of blocks) {
    features.set(data, at);
    at += data.length;
    giveBack(data);
  }
  return features;
}
