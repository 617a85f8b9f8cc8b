/** @file Files that are broken, hostile or no pictures at all: each is refused with its reason, none hangs or harms. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { closeExiftool } from '../../core/readers/raw.ts';
import { corners, fixture, read, readBytesAs, sample, temporaryFolder } from './pictures.ts';
import { cr2Bytes, dngBytes } from './raw-bytes.ts';

const folder = temporaryFolder();
afterAll(closeExiftool);

describe('a truncated file is refused', () => {
  const encode = { jpeg: {}, png: {}, webp: {}, gif: {}, tiff: { compression: 'lzw' }, avif: {} } as const;
  test.each(Object.keys(encode) as (keyof typeof encode)[])('%s', async (format) => {
    const whole = await sharp(sample('coffee.jpg')).resize(300).toFormat(format, encode[format]).toBuffer();
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6));
    await expect(readBytesAs(folder, `cut.${format}`, cut)).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining(`cut.${format}`),
    });
    await expect(readBytesAs(folder, `stub.${format}`, whole.subarray(0, 40))).rejects.toMatchObject({ code: 'unreadable-file' });
  });

  test('heic', async () => {
    const whole = readFileSync(fixture('coffee.heic'));
    for (const length of [5000, 400, 40]) {
      await expect(readBytesAs(folder, 'cut.heic', whole.subarray(0, length))).rejects.toMatchObject({ code: 'unreadable-file' });
    }
  });

  test('camera RAW, whether the cut goes through its preview or its preview is missing', async () => {
    const preview = readFileSync(sample('coffee.jpg'));
    const whole = cr2Bytes(preview, 1);
    await expect(readBytesAs(folder, 'cut.cr2', whole.subarray(0, 30_000))).rejects.toMatchObject({ code: 'unreadable-file' });
    await expect(readBytesAs(folder, 'cut-inside.dng', dngBytes(preview.subarray(0, 30_000), 1))).rejects.toMatchObject({
      code: 'unreadable-file',
    });
    await expect(readBytesAs(folder, 'bare.dng', dngBytes(Buffer.alloc(0), 1))).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining('without an embedded picture'),
    });
  });
});

test('an empty file and one that is no picture say so', async () => {
  await expect(readBytesAs(folder, 'empty.jpg', '')).rejects.toMatchObject({
    code: 'unreadable-file',
    message: expect.stringContaining('0 bytes'),
  });
  for (const [name, text] of Object.entries({ 'text.jpg': 'Dear Ada,', 'page.svg': '<html><svg/></html>', 'short.png': 'x' })) {
    await expect(readBytesAs(folder, name, text)).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining('no picture'),
    });
  }
});

describe('size', () => {
  test('400 megapixels are refused by the header alone, with the limit', async () => {
    await expect(readBytesAs(folder, 'huge.png', pngOf(20_000, 20_000, Buffer.alloc(10)))).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/huge\.png.*20000 x 20000 pixels \(400 megapixels\); the limit is 250 megapixels/),
    });
  });

  test('the same for a JPEG, a TIFF and a HEIC above the limit', async () => {
    const limits = { megapixels: 0.01 };
    await expect(read(sample('coffee.jpg'), limits)).rejects.toMatchObject({ code: 'too-large' });
    await expect(read(fixture('coffee.heic'), limits)).rejects.toMatchObject({ code: 'too-large' });
    const path = join(folder, 'large.tiff');
    writeFileSync(path, await sharp(sample('coffee.jpg')).tiff().toBuffer());
    await expect(read(path, limits)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('a decompression bomb below the cap is decoded line by line, without its gigabyte', async () => {
    const before = process.memoryUsage.rss();
    const side = 12_000;
    const bomb = pngOf(side, side, deflateSync(Buffer.alloc(side * (side * 3 + 1)), { level: 9 }));
    const result = await readBytesAs(folder, 'bomb.png', bomb);
    expect(bomb.length).toBeLessThan(1024 ** 2);
    expect(result.facts).toMatchObject({ width: side, height: side, colour: '#000000' });
    expect((process.memoryUsage.rss() - before) / 1024 ** 2).toBeLessThan(700); // 432 of them are this test's own buffer
  });

  test('bytes are capped, too', async () => {
    await expect(read(sample('coffee.jpg'), { bytes: 1000 })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/0\.1 MiB; the limit is 0\.0 MiB/),
    });
  });
});

describe('what is no regular file is never opened', () => {
  test('a folder, a pipe, a socket, a device', async () => {
    mkdirSync(join(folder, 'folder.jpg'));
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]); // a pipe without a writer would block for ever
    const socket = createSocket().listen(join(folder, 'socket.jpg'));
    await once(socket, 'listening');
    symlinkSync('/dev/zero', join(folder, 'device.jpg'));
    for (const what of ['folder', 'pipe', 'socket', 'device']) {
      await expect(read(join(folder, `${what}.jpg`))).rejects.toMatchObject({
        code: 'unreadable-file',
        message: expect.stringContaining(`is a ${what}`),
      });
    }
    socket.close();
  });

  test('a missing file, a dangling link and a link to itself', async () => {
    symlinkSync('nowhere', join(folder, 'dangling.jpg'));
    symlinkSync('loop.jpg', join(folder, 'loop.jpg'));
    await expect(read(join(folder, 'missing.jpg'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(read(join(folder, 'dangling.jpg'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(read(join(folder, 'loop.jpg'))).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining('ELOOP'),
    });
  });

  test('a file that may not be read', async () => {
    const path = join(folder, 'secret.jpg');
    writeFileSync(path, readFileSync(sample('coffee.jpg')));
    chmodSync(folder, 0o711);
    chmodSync(path, 0);
    const root = process.geteuid?.() === 0; // who may read everything
    if (root) process.seteuid?.(65_534);
    try {
      await expect(read(path)).rejects.toMatchObject({ code: 'permission-denied' });
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

test.each([
  ['a line break', 'line\nbreak.jpg'],
  ['emoji', '🐈 and 📷.jpg'],
  ['decomposed accents', 'cafe\u0301.jpg'],
  ['250 bytes', `${'x'.repeat(246)}.jpg`],
  ['a leading dash', '-rf.jpg'],
  ['quotes', `"it's".jpg`],
])('a name with %s is a name', async (_, name) => {
  expect((await readBytesAs(folder, name, readFileSync(sample('horse.jpg')))).facts.type).toBe('jpeg');
});

describe('a hostile SVG', () => {
  const svg = (body: string, prolog = '') =>
    `<?xml version="1.0"?>${prolog}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" width="40" height="40">${body}</svg>`;
  const white = ['fff', 'fff', 'fff', 'fff'];

  test('cannot draw other files', async () => {
    const red = join(folder, 'red.png');
    writeFileSync(
      red,
      await sharp({ create: { width: 40, height: 40, channels: 3, background: '#f00' } })
        .png()
        .toBuffer(),
    );
    const piece = join(folder, 'piece.xml');
    writeFileSync(piece, '<rect xmlns="http://www.w3.org/2000/svg" width="40" height="40" fill="#f00"/>');
    const drawn = (body: string, prolog?: string) => readBytesAs(folder, 'hostile.svg', svg(body, prolog)).then(corners);
    for (const href of [`file://${red}`, red, 'red.png']) {
      expect(await drawn(`<image width="40" height="40" xlink:href="${href}"/>`)).toEqual(white);
      expect(await drawn(`<image width="40" height="40" href="${href}"/>`)).toEqual(white);
    }
    expect(await drawn(`<xi:include href="file://${piece}" parse="xml"/>`)).toEqual(white);
    await expect(drawn('&x;', `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://${piece}">]>`)).rejects.toMatchObject({ code: 'unreadable-file' });
    expect(await drawn(`<style>@import url("file://${piece}");</style>`)).toEqual(white);
    expect(await drawn('<rect width="40" height="40" fill="#f00"/>')).toEqual(['f00', 'f00', 'f00', 'f00']); // it would have been seen
  });

  test('cannot reach the network', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/x.png`;
    const body = `<image width="9" height="9" xlink:href="${url}"/><style>@import url("${url}");</style>`;
    await readBytesAs(folder, 'calling.svg', svg(body, `<!DOCTYPE svg SYSTEM "${url}">`));
    server.close();
    expect(requests).toBe(0);
  });

  test('cannot multiply entities or ask for a billion pixels', async () => {
    const names = 'abcdefghij';
    const entities = [...names.slice(1)].map((name, i) => `<!ENTITY ${name} "${`&${names[i]};`.repeat(10)}">`).join('');
    const laughs = svg('&j;', `<!DOCTYPE svg [<!ENTITY a "<rect width='9' height='9'/>">${entities}]>`);
    await expect(readBytesAs(folder, 'laughs.svg', laughs)).rejects.toMatchObject({ code: 'unreadable-file' });
    const wide = svg('').replace('width="40" height="40"', 'width="30000" height="30000"');
    expect((await readBytesAs(folder, 'wide.svg', wide)).facts).toMatchObject({ width: 30_000, colour: '#ffffff' });
    const endless = svg('').replace('width="40" height="40"', 'width="1e12" height="1e12"');
    await expect(readBytesAs(folder, 'endless.svg', endless)).rejects.toMatchObject({ code: 'unreadable-file' });
  });
});

/** A PNG of 8-bit RGB with the given compressed data. */
function pngOf(width: number, height: number, data: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const chunk = (type: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(body.length, 0);
    frame.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
