/**
 * @file Makes the JPEGs of the indexing benchmark from the sample pictures: large ones as phones write them, with sensor noise
 * (most of decoding a noisy JPEG is entropy decoding), and small ones.
 */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

export type PictureSet = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
  /** How many: some seconds of work. */
  readonly count: number;
};

export const pictureSets: readonly PictureSet[] = [
  { name: '12 MP', width: 4000, height: 3000, quality: 92, count: 120 },
  { name: '1 MP', width: 1280, height: 960, quality: 90, count: 360 },
];

/** Writes `count` different JPEGs of the set into `folder` and answers their paths. */
export async function makePictures(set: PictureSet, folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const samples = path.resolve(import.meta.dirname, '../../samples');
  const names = (await readdir(samples)).filter((name) => name.endsWith('.jpg')).sort();
  const { width, height } = set;
  const noise = await sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 6 } },
  })
    .raw()
    .toBuffer();
  const files: string[] = [];
  for (let i = 0; i < count; i++) {
    const file = path.join(folder, `${i}.jpg`);
    await sharp(path.join(samples, names[i % names.length] ?? ''))
      .resize(width, height, { fit: 'cover' })
      .toColourspace('srgb')
      // Another brightness in each round: equal bytes would be indexed once.
      .modulate({ brightness: 1 + (Math.floor(i / names.length) % 24) * 0.01 })
      .composite([{ input: noise, raw: { width, height, channels: 3 }, blend: 'soft-light' }])
      .jpeg({ quality: set.quality, chromaSubsampling: '4:2:0' })
      .toFile(file);
    files.push(file);
  }
  return files;
}
