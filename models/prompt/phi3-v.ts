/**
 * @file Phi-3-vision's way with pictures: crops laid out row by row with a learned end of line, a learned separator, and the view of the whole, in
 * the place of one `<|image_1|>`.
 * Reference: processing_phi3_v.py and image_embedding_phi3_v.py of microsoft/Phi-3-vision-128k-instruct.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Size } from '../../pixels/canvas.ts';
import { gridOf, hdRequest, hdTiles } from './hd.ts';
import type { HdConfig } from './hd-config.ts';
import type { PictureReading, View } from './reading.ts';
import type { Encoded, Prompt, PromptTokenizer } from './tokenizer.ts';

/** With `tiles: 'base'` the model sees the view of the whole alone, its lines ended as ever, without crops and without the separator. */
export function phi3VisionReading(cfg: HdConfig, { tiles }: View, imageToken: number, tokenizer: PromptTokenizer): PictureReading {
  const rows = (size: Size): Int32Array => Int32Array.from(tiles === 'base' ? wholeRows(cfg) : allRows(size, cfg));
  return {
    rasters: [hdRequest(cfg)],
    tiles: (picture) => hdTiles(picture, cfg, tiles),
    rows,
    encode(prompt, { picture, maxTokens = Number.POSITIVE_INFINITY } = {}) {
      // The reference looks for places only where there is a picture; elsewhere `<|image_1|>` is text like any other.
      if (!picture) return tokenizer.encode(prompt, { maxTokens });
      const chunks = chunksOf(prompt);
      const [before, after] = chunks;
      if (!before || !after || chunks.length > 2) {
        const found = `The prompt has ${chunks.length - 1} places for a picture ("<|image_1|>")`;
        throw new AppError('bad-request', `${found}; with one picture it needs exactly one.`);
      }
      const places = rows(picture).length;
      const [start, end] = encodedBoth([before, after], tokenizer, maxTokens - places);
      const ids = [...start.ids, ...new Array<number>(places).fill(imageToken), ...end.ids];
      return { ids, kept: start.kept + end.kept, of: start.of + end.of };
    },
  };
}

/** `<|image_1|>` is no token: the reference cuts the prompt there, and each part is tokenised by itself, with a begin token of its own. */
function chunksOf(prompt: Prompt): Prompt[] {
  const chunks: Prompt[number][][] = [[]];
  for (const piece of prompt) {
    const [first, ...others] = 'user' in piece ? [piece] : piece.template.split(/<\|image_\d+\|>/).map((template) => ({ template }));
    if (first) chunks.at(-1)?.push(first);
    for (const other of others) chunks.push([other]);
  }
  return chunks;
}

/** What does not fit is cut off where the user wrote most. */
function encodedBoth([first, second]: readonly [Prompt, Prompt], tokenizer: PromptTokenizer, maxTokens: number): [Encoded, Encoded] {
  const [start, end] = [tokenizer.encode(first), tokenizer.encode(second)];
  if (start.ids.length + end.ids.length <= maxTokens) return [start, end];
  if (start.of > end.of) return [tokenizer.encode(first, { maxTokens: maxTokens - end.ids.length }), end];
  return [start, tokenizer.encode(second, { maxTokens: maxTokens - start.ids.length })];
}

/** Rows of the features `[tiles * (merged * merged + 2)]`; tile 0 is the view of the whole. */
function allRows(size: Size, cfg: HdConfig): number[] {
  const separator = cfg.merged ** 2;
  const [crops, whole] = [cropRows(size, cfg), wholeRows(cfg)];
  return cfg.cropsFirst ? [...crops, separator, ...whole] : [...whole, separator, ...crops];
}

function wholeRows(cfg: HdConfig): number[] {
  return linesOf({ columns: 1, rows: 1 }, cfg, 0);
}

function cropRows(size: Size, cfg: HdConfig): number[] {
  return linesOf(gridOf(size, cfg), cfg, 1);
}

/** Tiles from `firstTile` on as one map, an end of line after each of its rows. */
function linesOf(grid: { readonly columns: number; readonly rows: number }, { merged }: HdConfig, firstTile: number): number[] {
  const endOfLine = merged ** 2 + 1;
  const perTile = merged ** 2 + 2;
  const order: number[] = [];
  for (let y = 0; y < grid.rows * merged; y++) {
    const tileOfLine = firstTile + Math.floor(y / merged) * grid.columns;
    for (let x = 0; x < grid.columns * merged; x++) {
      order.push((tileOfLine + Math.floor(x / merged)) * perTile + (y % merged) * merged + (x % merged));
    }
    order.push(endOfLine);
  }
  return order;
}
