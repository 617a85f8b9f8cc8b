/** @file Hands a picture from outside of the library over to the server, to search with. */
import type { PictureRef } from '../../core/api/query.ts';
import { errorOf } from '../app/problem.ts';
import { forgetTrouble } from './picture-trouble.ts';

export async function uploadPicture(file: File): Promise<PictureRef> {
  const type = file.type.startsWith('image/') ? file.type : 'application/octet-stream';
  const response = await fetch('/query-picture', { method: 'POST', body: file, headers: { 'content-type': type } });
  if (!response.ok) throw await errorOf(response);
  const { id }: { id: string } = await response.json();
  const picture: PictureRef = { kind: 'upload', id };
  forgetTrouble(picture); // it may be one that was gone
  return picture;
}
