/** @file Facts that pictures state: as they are written, and as nonsense that must not be believed. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cameraTime, state } from '../../core/readers/facts.ts';
import { readBytesAs, temporaryFolder } from './pictures.ts';

const folder = temporaryFolder();
const plain = () => sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } });

test('EXIF gives time, camera, lens, exposure and place', async () => {
  const bytes = await plain()
    .withExif({
      IFD0: { Make: 'Canon', Model: 'Canon EOS R5', DateTime: '2024:01:01 00:00:00' },
      IFD2: {
        DateTimeOriginal: '2023:07:15 18:30:05',
        ExposureTime: '1/250',
        FNumber: '28/10',
        ISOSpeedRatings: '100',
        FocalLength: '35/1',
        LensModel: 'RF35mm F1.8',
      },
      IFD3: { GPSLatitude: '40/1 26/1 46/1', GPSLatitudeRef: 'N', GPSLongitude: '79/1 58/1 56/1', GPSLongitudeRef: 'W' },
    })
    .jpeg()
    .toBuffer();
  const { facts } = await readBytesAs(folder, 'exif.jpg', bytes);
  expect(facts).toMatchObject({
    takenAt: '2023-07-15T18:30:05',
    camera: 'Canon EOS R5',
    lens: 'RF35mm F1.8',
    exposure: '1/250 s, f/2.8, ISO 100, 35 mm',
  });
  expect(facts.latitude).toBeCloseTo(40.44611, 4);
  expect(facts.longitude).toBeCloseTo(-79.98222, 4);
});

describe('XMP', () => {
  const xmp = (properties: string, children = '') =>
    `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${properties}>${children}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

  test.each([
    ['as an attribute', xmp('xmp:Rating="4"'), 4],
    ['as an element', xmp('', '<xmp:Rating>5</xmp:Rating>'), 5],
    ['of a rejected picture', xmp('xmp:Rating="-1"'), undefined],
    ['of zero stars', xmp('xmp:Rating="0"'), undefined],
  ])('gives the rating %s', async (_, packet, rating) => {
    const { facts } = await readBytesAs(folder, 'rated.jpg', await plain().withXmp(packet).jpeg().toBuffer());
    expect(facts.rating).toBe(rating);
  });

  test('gives the time where EXIF has none, without its zone', async () => {
    const packet = xmp('photoshop:DateCreated="2019-12-24T20:15:00+01:00"');
    const { facts } = await readBytesAs(folder, 'dated.png', await plain().withXmp(packet).png().toBuffer());
    expect(facts.takenAt).toBe('2019-12-24T20:15:00');
  });
});

test('nothing is stated by a picture that says nothing', async () => {
  const { facts } = await readBytesAs(folder, 'bare.png', await plain().png().toBuffer());
  expect(Object.keys(facts).sort()).toEqual(['colour', 'dhash', 'frames', 'height', 'type', 'width']);
});

test('broken EXIF costs the facts, not the picture', async () => {
  const bytes = await plain()
    .withExif({ IFD0: { Make: 'Canon' } })
    .jpeg()
    .toBuffer();
  bytes.fill(0xff, bytes.indexOf('Exif\0\0') + 14, bytes.indexOf('Exif\0\0') + 40);
  const { facts } = await readBytesAs(folder, 'broken-exif.jpg', bytes);
  expect(facts).toMatchObject({ type: 'jpeg', width: 8 });
});

describe('claims are believed only where they can be true', () => {
  test.each([
    ['0000-00-00T00:00:00', undefined],
    ['2023-02-30T10:00:00', undefined],
    ['1066-10-14T09:00:00', undefined],
    ['2023-02-28T10:00:00', '2023-02-28T10:00:00'],
  ])('time %s', (claimed, believed) => expect(state({ takenAt: claimed }).takenAt).toBe(believed));

  test.each([
    [0, 0],
    [91, 10],
    [10, Number.NaN],
  ])('place %d, %d is none', (latitude, longitude) => expect(state({ latitude, longitude })).toEqual({}));

  test.each([
    ['NIKON CORPORATION', 'NIKON D90', 'NIKON D90'],
    ['SONY\0\0', 'ILCE-7M3 ', 'SONY ILCE-7M3'],
    ['', 'Pixel 7', 'Pixel 7'],
    ['Google', undefined, 'Google'],
  ])('camera %s + %s', (make, model, camera) => expect(state({ make, model }).camera).toBe(camera));

  test('exposure leaves out what is missing or zero', () => {
    expect(state({ exposureTime: 2.5, fNumber: 0, iso: [400], focalLength: 'x' }).exposure).toBe('2.5 s, ISO 400');
    expect(state({ exposureTime: 0, iso: null }).exposure).toBeUndefined();
  });

  test('times are read as EXIF and as XMP write them', () => {
    expect(cameraTime('2021:07:03 10:11:12')).toBe('2021-07-03T10:11:12');
    expect(cameraTime('2021-07-03T10:11Z')).toBe('2021-07-03T10:11:00');
    expect(cameraTime('yesterday')).toBeUndefined();
  });
});
