/**
 * @file The average colour of a picture and its difference hash, in one walk over the pixels.
 */
import type { Raster } from '../../pixels/raster.ts';

const columns = 9;
const rows = 8;
/** Samples per cell and direction that are plenty for an average; larger pictures are walked in steps. */
const samples = 32;

/**
 * `colour` as `#rrggbb`; `dhash`: the picture as 9 x 8 grey cells, each bit says whether a cell is brighter than its right
 * neighbour, rows from the top, most significant bit first, as 16 hex digits.
 */
export function appearance({ width, height, data }: Raster): { colour: string; dhash: string } {
  const grey = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  const stepX = Math.max(1, Math.floor(width / (columns * samples)));
  const stepY = Math.max(1, Math.floor(height / (rows * samples)));
  const sums = [0, 0, 0];
  let pixels = 0;
  // Cells of a picture narrower than 9 pixels would be empty: every cell takes at least the pixel at its start.
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = range(row, rows, height);
    for (let column = 0; column < columns; column++) {
      const [left, right] = range(column, columns, width);
      let red = 0;
      let green = 0;
      let blue = 0;
      let count = 0;
      for (let y = top; y < bottom; y += stepY) {
        for (let x = left, at = (y * width + left) * 3; x < right; x += stepX, at += stepX * 3) {
          red += data[at] ?? 0;
          green += data[at + 1] ?? 0;
          blue += data[at + 2] ?? 0;
          count++;
        }
      }
      sums[0] = (sums[0] ?? 0) + red;
      sums[1] = (sums[1] ?? 0) + green;
      sums[2] = (sums[2] ?? 0) + blue;
      pixels += count;
      grey[row * columns + column] = 0.299 * red + 0.587 * green + 0.114 * blue;
      counts[row * columns + column] = count;
    }
  }
  const mean = (cell: number) => (grey[cell] ?? 0) / (counts[cell] || 1);
  let bits = 0n;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const cell = row * columns + column;
      bits = (bits << 1n) | (mean(cell) > mean(cell + 1) ? 1n : 0n);
    }
  }
  const hex = (sum: number) =>
    Math.round(sum / pixels)
      .toString(16)
      .padStart(2, '0');
  return { colour: `#${sums.map(hex).join('')}`, dhash: bits.toString(16).padStart(16, '0') };
}

function range(cell: number, cells: number, length: number): [from: number, to: number] {
  const from = Math.floor((cell * length) / cells);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * length) / cells))];
}
