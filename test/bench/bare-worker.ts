/**
 * @file The ceiling of the indexing benchmark: decodes its files (shrink-on-load) and runs the networks, one after the other, and does nothing else:
 * no hash, no thumbnail, no exact resampling, no facts, no database, no other process to talk to. `node bare-worker.ts FILE...`
 */
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

sharp.concurrency(1);
sharp.cache(false);

const weights = path.resolve(import.meta.dirname, '../../models/weights');
const options = { intraOpNumThreads: 1, executionProviders: ['cpu'], extra: { session: { intra_op: { allow_spinning: '0' } } } };
const classifier = await InferenceSession.create(path.join(weights, 'lite/image.onnx'), options);
const faces = await InferenceSession.create(path.join(weights, 'lite-people/face.onnx'), options);

async function pictureOf(file: string): Promise<void> {
  const { data } = await sharp(file).resize(260, 260, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
  await classifier.run({ image: tensor(data, 260, 260) });
  await faces.run({ image: tensor(data, 192, 260) });
}

/** Planar float32 from the first side x side pixels: the values do not matter to the speed. */
function tensor(pixels: Buffer, side: number, stride: number): Tensor {
  const planes = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) planes[(c * side + y) * side + x] = ((pixels[(y * stride + x) * 3 + c] ?? 0) - 127) / 128;
    }
  }
  return new Tensor('float32', planes, [1, 3, side, side]);
}

const files = process.argv.slice(2);
if (files[0]) await pictureOf(files[0]); // warm
process.send?.('ready');
process.once('message', async () => {
  for (const file of files) await pictureOf(file);
  process.send?.('done');
  process.disconnect();
});
