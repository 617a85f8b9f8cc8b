/** @file SmolVLM's stages against the reference's intermediate tensors; and any small model as two graphs against its stages. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import { fixtures, floats, largestDifference, openGolden, pick, runDecoder, runStage, runVision, type Tensors } from './run-stages.ts';

/** Of golden-values.md: intermediate tensors. */
const tolerance = 1e-4;

const compiledFrom = async (folder: string): Promise<CompiledVlm> =>
  compileVlm(await openCheckpoint(path.join(fixtures, folder)), { precision: 'exact' });

let compiled: CompiledVlm;
let golden: Awaited<ReturnType<typeof openGolden>>;
beforeAll(async () => {
  [compiled, golden] = [await compiledFrom('smolvlm/checkpoint'), await openGolden('smolvlm')];
});

/** The 8-bit pixels of a case, normalised: [tiles, 3, side, side]. */
async function pixelsOf(id: string) {
  const shard = await readShard(path.join(fixtures, 'smolvlm/cases.safetensors'));
  const stored = shard.find(({ name }) => name === `${id}.pixel_values_u8`);
  if (!stored) throw new Error(`no pixels of ${id}`);
  const file = await open(stored.file);
  const bytes = new Uint8Array(stored.shape.reduce((product, size) => product * size, 1));
  await file.read(bytes, 0, bytes.length, stored.offset);
  await file.close();
  return floats(
    Float32Array.from(bytes, (value) => (value / 255 - 0.5) / 0.5),
    ...stored.shape.slice(1),
  );
}

const shown = ['image_square_png', 'image_wide_png'];

describe('the stages', () => {
  it.each(shown)('see %s as the reference does', async (id) => {
    const { model } = compiled;
    const pixels = await pixelsOf(id);
    const { features } = await runVision(compiled, pixels);
    expect(largestDifference(features, (await golden.tensor(`${id}.projected`)).data)).toBeLessThan(tolerance);
    expect(features).toHaveLength((pixels.shape[0] ?? 0) * model.rowsPerTile * model.text.hiddenSize);
  });

  it.each(['text_short', ...shown])('decode %s as the reference does, at every position', async (id) => {
    const embeds = (await golden.tensor(`${id}.inputs_embeds`)).data;
    for (const form of ['gqa', 'plain'] as const) {
      const { layer0, hidden } = await runDecoder(compiled, embeds, { form });
      expect(largestDifference(layer0, (await golden.tensor(`${id}.layer0_out`)).data)).toBeLessThan(tolerance);
      expect(largestDifference(hidden, (await golden.tensor(`${id}.final_hidden`)).data)).toBeLessThan(tolerance);
    }
  });

  it('leave nothing unused', () => expect(compiled.notes).toEqual([]));
});

/** After a past of `from` tokens, the tokens up to `to`. */
function decoderInputs(
  { model }: CompiledVlm,
  embeds: Float32Array,
  from: number,
  to: number,
  past: Record<string, Float32Array>,
): Tensors {
  const { hiddenSize, kvHeads, headDim, layers } = model.text;
  const cache = (name: string, layer: number) => floats(past[`present_${name}_${layer}`] ?? new Float32Array(), 1, kvHeads, from, headDim);
  return {
    x: floats(embeds.slice(from * hiddenSize, to * hiddenSize), to - from, hiddenSize),
    rows: { data: BigInt64Array.of(BigInt(to - from - 1)), shape: [1] },
    seqlens_k: { data: Int32Array.of(to - 1), shape: [1] },
    total: { data: Int32Array.of(to), shape: [] },
    ...Object.fromEntries(
      Array.from({ length: layers }, (_, layer) => [
        [`past_k_${layer}`, cache('k', layer)],
        [`past_v_${layer}`, cache('v', layer)],
      ]).flat(),
    ),
  };
}

describe.each([
  ['smolvlm/checkpoint', 'smolvlm', undefined, 'image_wide_png'],
  ['llava-next-llama3/checkpoint', 'llava-next-llama3', 'hf441', 'image_wide'],
  ['phi3-v/checkpoint', 'phi3-v', undefined, 'image_wide'],
] as const)('%s as two graphs', (folder, cases, variant, id) => {
  let whole: CompiledVlm;
  let embeds: Float32Array;
  let expected: Float32Array;
  beforeAll(async () => {
    whole = await compiledFrom(folder);
    const recorded = await openGolden(cases, variant);
    embeds = (await recorded.tensor(`${id}.inputs_embeds`)).data;
    expected = (await recorded.tensor(`${id}.last_hidden`)).data;
  });

  it.each(['gqa', 'plain'] as const)('decodes as the reference does, with and without a past (%s)', async (form) => {
    const tokens = embeds.length / whole.model.text.hiddenSize;
    const stage = whole.whole.decoder(form, whole.model.attentionFor(tokens));
    const all = await runStage(stage, decoderInputs(whole, embeds, 0, tokens, {}));
    expect(largestDifference(pick(all, 'hidden'), expected)).toBeLessThan(tolerance);
    const first = await runStage(stage, decoderInputs(whole, embeds, 0, 30, {}));
    const rest = await runStage(stage, decoderInputs(whole, embeds, 30, tokens, first));
    expect(largestDifference(pick(rest, 'hidden'), pick(all, 'hidden'))).toBeLessThan(1e-5);
    for (const name of ['present_k_0', `present_v_${whole.model.text.layers - 1}`])
      expect(largestDifference(pick(rest, name), pick(all, name)), name).toBeLessThan(1e-5);
  });

  it('sees as its stages do', async () => {
    const { channels, imageSize } = whole.model.vision;
    const pixels = floats(
      Float32Array.from({ length: 2 * channels * imageSize ** 2 }, (_, i) => Math.sin(i * 0.37)),
      ...[2, channels, imageSize, imageSize],
    );
    const { features } = await runVision(whole, pixels);
    const together = pick(await runStage(whole.whole.tower(), { pixel_values: pixels }), 'features');
    expect(largestDifference(together, features) / Math.max(...features.map(Math.abs))).toBeLessThan(1e-5);
  });

  it('holds every weight of its stages once', () => {
    const sum = (stages: readonly { weightBytes: number }[]) => stages.reduce((bytes, { weightBytes }) => bytes + weightBytes, 0);
    expect(whole.whole.tower().weightBytes).toBe(sum(whole.vision));
    expect(whole.whole.decoder('gqa', 0).weightBytes).toBe(
      sum([...whole.decoder.flatMap(({ enter, leave }) => [enter, ...leave]), whole.norm]),
    );
  });
});
