/**
 * @file A picture that can be zoomed and moved: its average colour, the preview as soon as it is there, the original where the preview is
 * too small, and the thumbnail where there is no preview, as of a folder that went offline before anybody looked at the picture.
 */
import { useMergedRef } from '@mantine/hooks';
import { useState } from 'react';
import type { FileType } from '../../core/api/query.ts';
import styles from './picture-view.module.css';
import { useGestures } from './use-gestures.ts';
import type { Zoom } from './use-zoom.ts';
import { isZoomed, transformOf } from './zoom.ts';

export type ShownPicture = {
  id: string;
  name: string;
  version: string;
  width: number;
  height: number;
  colour: string;
  type: FileType;
  offline: boolean;
};

/** What browsers draw as it lies. Anything else stays at its preview. */
export const drawnAsTheyAre: readonly FileType[] = ['jpeg', 'png', 'webp', 'gif', 'avif', 'svg'];
/** A preview's longer side in pixels. */
const previewSide = 1600;

/** `missing`: there is no preview, and the thumbnail is on its way. */
type Loading = { preview: 'loading' | 'shown' | 'missing' | 'thumbnail' | 'failed'; original: 'loading' | 'shown' };

type Props = {
  picture: ShownPicture;
  zoom: Zoom;
  onSwipe?: (to: 'next' | 'previous') => void;
  /** There is neither a preview nor a thumbnail to be had. */
  onFail?: () => void;
};

export function PictureView({ picture, zoom, onSwipe, onFail }: Props) {
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const boxRef = useMergedRef(zoom.boxRef, setBox);
  const gestures = useGestures(box, zoom, onSwipe);
  const [state, setState] = useState<Loading>({ preview: 'loading', original: 'loading' });
  const { id, version, width, height } = picture;
  const isZoomedNow = isZoomed(zoom.view);

  return (
    <div ref={boxRef} className={styles.box} data-zoomed={isZoomedNow || undefined} {...gestures}>
      <div
        className={styles.frame}
        style={{
          backgroundColor: state.preview === 'loading' || state.preview === 'missing' ? picture.colour : undefined,
          width: `min(100cqw, ${(100 * width) / height}cqh, ${width}px)`,
          aspectRatio: width / height,
          transform: zoom.frame && zoom.view.zoom !== 1 ? transformOf(zoom.view, zoom.frame) : undefined,
        }}
      >
        <img
          src={`/${state.preview === 'missing' || state.preview === 'thumbnail' ? 'thumb' : 'preview'}/${id}?v=${version}`}
          alt={picture.name}
          draggable={false}
          hidden={state.preview === 'failed'}
          onLoad={() => setState((now) => ({ ...now, preview: now.preview === 'missing' ? 'thumbnail' : 'shown' }))}
          onError={() => {
            const isLast = state.preview === 'missing';
            setState((now) => ({ ...now, preview: isLast ? 'failed' : 'missing' }));
            if (isLast) onFail?.();
          }}
        />
        {state.preview === 'shown' && needsOriginal(picture, zoom) && (
          <img
            src={`/media/${id}?v=${version}`}
            alt=""
            draggable={false}
            className={styles.original}
            data-loaded={state.original === 'shown' || undefined}
            onLoad={() => setState((now) => ({ ...now, original: 'shown' }))}
          />
        )}
      </div>
    </div>
  );
}

/** A photo of 100 megapixels is not decoded to be drawn small. GIFs move only as originals, SVGs have no size. */
function needsOriginal({ width, height, type, offline }: ShownPicture, { frame, view }: Zoom): boolean {
  if (offline || !drawnAsTheyAre.includes(type)) return false;
  if (type === 'gif' || type === 'svg') return true;
  if (Math.max(width, height) <= previewSide || !frame) return false;
  return Math.max(frame.fitted.width, frame.fitted.height) * view.zoom * window.devicePixelRatio > previewSide;
}
