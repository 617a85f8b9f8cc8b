/** @file What is made of files and folders that are dropped together. */
import { describe, expect, it } from 'vitest';
import { sortDropped } from '../../../renderer/box/dropped.ts';

const file = (name: string, type = '') => ({ name, type });

describe('what is dropped', () => {
  it('gives its first picture, of however many', () => {
    const files = [file('notes.txt', 'text/plain'), ...Array.from({ length: 200 }, (_, at) => file(`${at}.jpg`, 'image/jpeg'))];
    expect(sortDropped(files, [])).toMatchObject({ picture: { name: '0.jpg' }, pictures: 200, folders: [] });
  });

  it('knows a picture by its name where the browser knows no type', () => {
    expect(sortDropped([file('IMG_1.HEIC')], []).picture).toEqual(file('IMG_1.HEIC'));
  });

  it('does not take a folder for a file, whatever its name', () => {
    expect(sortDropped([file('Trip.jpg')], ['Trip.jpg'])).toEqual({ picture: null, pictures: 0, folders: ['Trip.jpg'], other: null });
  });

  it('tells a document from what is not known', () => {
    expect(sortDropped([file('bill.pdf', 'application/pdf')], []).other).toEqual({ name: 'bill.pdf', kind: 'document' });
    expect(sortDropped([file('Letter.DOCX')], []).other?.kind).toBe('document');
    expect(sortDropped([file('song.mp3', 'audio/mpeg')], []).other?.kind).toBe('unknown');
  });
});
