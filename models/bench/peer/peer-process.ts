/** @file The process in which transformers.js runs one tower: loads it with its own classes, and times it as the other process times ours. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../../../core/api/errors.ts';
import { gaussian } from '../../runtime/gaussian.ts';
import { answerQuestion } from '../../runtime/own-process.ts';
import { sampleTexts } from '../samples.ts';
import { type Timing, timed } from '../timing.ts';

export type PeerQuestion = {
  /** transformers.node.mjs */
  readonly module: string;
  /** A folder in its layout. */
  readonly folder: string;
  readonly architecture: 'clip' | 'siglip';
  readonly tower: 'pictures' | 'texts';
  readonly batch: number;
  /** Of a text. */
  readonly tokens: number;
  readonly vocabulary: number;
  /** Of a picture, in pixels. */
  readonly side: number;
  readonly threads: number;
  readonly seconds: number;
};

export type PeerAnswer = Timing & { readonly vectors: Float32Array };

/** What is used of the package. */
type PeerTensor = { readonly data: unknown };
type PeerModel = (inputs: Readonly<Record<string, PeerTensor>>) => Promise<Readonly<Record<string, PeerTensor>>>;
type ModelClass = { from_pretrained(name: string, options: object): Promise<PeerModel> };
type Package = Readonly<Record<string, unknown>> & {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, dims: readonly number[]) => PeerTensor;
};

const classes = {
  clip: { pictures: ['CLIPVisionModelWithProjection', 'image_embeds'], texts: ['CLIPTextModelWithProjection', 'text_embeds'] },
  siglip: { pictures: ['SiglipVisionModel', 'pooler_output'], texts: ['SiglipTextModel', 'pooler_output'] },
} as const;

// See [Note: telemetry] of runtime/session.ts: this is another copy of the same library.
process.env.ORT_DISABLE_TELEMETRY = '1';

answerQuestion<PeerQuestion, PeerAnswer>(
  async ({ module, folder, architecture, tower, batch, tokens, vocabulary, side, threads, seconds }) => {
    const peer = (await import(pathToFileURL(module).href)) as Package;
    peer.env.allowRemoteModels = false;
    peer.env.localModelPath = path.dirname(folder);
    const [className, outputName] = classes[architecture][tower];
    const model = await (peer[className] as ModelClass).from_pretrained(path.basename(folder), {
      ...{ local_files_only: true, device: 'cpu', dtype: 'fp32', use_external_data_format: true },
      session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
    });
    const inputs =
      tower === 'pictures'
        ? { pixel_values: new peer.Tensor('float32', gaussian(batch * 3 * side * side, 1), [batch, 3, side, side]) }
        : { input_ids: new peer.Tensor('int64', sampleTexts(batch, tokens, vocabulary), [batch, tokens]) };
    let vectors = new Float32Array();
    const timing = await timed(
      async () => {
        const data = (await model(inputs))[outputName]?.data;
        if (!(data instanceof Float32Array)) throw new AppError('internal', `transformers.js answered no ${outputName}.`);
        vectors = new Float32Array(data);
      },
      { seconds, least: 1 },
    );
    return { ...timing, vectors };
  },
);
