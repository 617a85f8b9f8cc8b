/** @file Thumbnails that could not be had may be there now: they are asked for again when the engine answers or the library has changed. */
import { type RefObject, useEffect } from 'react';
import { useConnection } from '../app/connection.ts';

export function useFailedPictures(scroller: RefObject<HTMLElement | null>): void {
  const connection = useConnection();
  useEffect(() => {
    if (connection.state !== 'live') return;
    for (const image of scroller.current?.querySelectorAll<HTMLImageElement>('img[data-failed]') ?? []) {
      image.removeAttribute('data-failed');
      image.src = image.getAttribute('src') ?? '';
    }
  }, [connection, scroller]);
}
