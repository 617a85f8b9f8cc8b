/** @file What one sees of a picture: measures the box, keeps zoom and pan for as long as the same picture is shown, and moves by keys. */
import { useElementSize } from '@mantine/hooks';
import { type Dispatch, type SetStateAction, useMemo, useState } from 'react';
import { type Frame, frameOf, isZoomed, panBy, panStep, type Size, type View, wholePicture, within, zoomStep, zoomTo } from './zoom.ts';

export type Zoom = {
  /** For the box that the picture is seen through. */
  boxRef: ReturnType<typeof useElementSize<HTMLDivElement>>['ref'];
  /** Null until the box is measured. */
  frame: Frame | null;
  view: View;
  change(update: (view: View, frame: Frame) => View): void;
};

/** `of` names what is shown: another name begins with the whole picture. */
export function useZoom(of: string, picture: Size | undefined): Zoom {
  const measured = useFrame(picture);
  const [kept, setKept] = useState({ of, view: wholePicture });
  return zoomOf(measured, of, kept, setKept);
}

/** Two pictures that are zoomed and moved as one. */
export function useLinkedZoom(of: string, first: Size | undefined, second: Size | undefined): readonly [Zoom, Zoom] {
  const measured = [useFrame(first), useFrame(second)] as const;
  const [kept, setKept] = useState({ of, view: wholePicture });
  return [zoomOf(measured[0], of, kept, setKept), zoomOf(measured[1], of, kept, setKept)];
}

type Measured = Pick<Zoom, 'boxRef' | 'frame'>;
type Kept = { readonly of: string; readonly view: View };

function useFrame(picture: Size | undefined): Measured {
  const { ref: boxRef, width, height } = useElementSize<HTMLDivElement>();
  const pictureWidth = picture?.width ?? 0;
  const pictureHeight = picture?.height ?? 0;
  const frame = useMemo(() => {
    if (width === 0 || height === 0 || pictureWidth === 0) return null;
    return frameOf({ width: pictureWidth, height: pictureHeight }, { width, height }, window.devicePixelRatio);
  }, [width, height, pictureWidth, pictureHeight]);
  return { boxRef, frame };
}

function zoomOf({ boxRef, frame }: Measured, of: string, kept: Kept, setKept: Dispatch<SetStateAction<Kept>>): Zoom {
  return {
    boxRef,
    frame,
    view: kept.of === of && frame ? within(kept.view, frame) : wholePicture,
    change(update) {
      if (!frame) return;
      setKept((before) => ({ of, view: update(before.of === of ? within(before.view, frame) : wholePicture, frame) }));
    },
  };
}

export type ZoomKey = 'zoom-in' | 'zoom-out' | 'fit' | 'actual-size';

export function zoomByKey(change: Zoom['change'], key: ZoomKey): void {
  change((view, frame) => {
    if (key === 'fit') return wholePicture;
    if (key === 'actual-size') return zoomTo(view, frame.actual, frame);
    return zoomTo(view, key === 'zoom-in' ? view.zoom * zoomStep : view.zoom / zoomStep, frame);
  });
}

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Moves an enlarged picture by an arrow key. False where there is nothing to move. */
export function panByArrow({ view, change }: Zoom, key: string): boolean {
  const direction = directions[key];
  if (!direction || !isZoomed(view)) return false;
  const [x, y] = direction;
  change((now, frame) => panBy(now, { x: x * frame.box.width * panStep, y: y * frame.box.height * panStep }, frame));
  return true;
}
