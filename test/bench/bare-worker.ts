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

/** What the networks see does not matter to their speed. */
const grey = (side: number): Tensor => new Tensor('float32', new Float32Array(3 * side * side), [1, 3, side, side]);
const [whole, small] = [grey(260), grey(192)];

async function pictureOf(file: string): Promise<void> {
  await sharp(file).resize(260, 260, { fit: 'fill' }).raw().toBuffer();
  await classifier.run({ image: whole });
  await faces.run({ image: small });
}

const files = process.argv.slice(2);
if (files[0]) await pictureOf(files[0]); // warm
process.send?.('ready');
process.once('message', async () => {
  for (const file of files) await pictureOf(file);
  process.send?.('done');
  process.disconnect();
});
