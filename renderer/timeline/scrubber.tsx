/**
 * @file The timeline at the right edge of a wall in order of date: years, the month on the screen, and a handle to go to any other. By pointer and by
 * touch it follows what is pressed; the pictures follow it.
 */
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { keyPressed } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import type { Layout } from '../wall/justified.ts';
import { type Month, marksOf, monthSeen, scrollable, yearFrom } from './marks.ts';
import styles from './scrubber.module.css';

type Props = {
  layout: Layout;
  months: readonly Month[];
  scroller: RefObject<HTMLElement | null>;
  /** Puts the row of this picture at the top. */
  onGoTo(index: number): void;
};

/** Pixels between two years that are written out. */
const labelRoom = 22;
/** On touch screens it shows while one scrolls, and a moment longer. */
const lingers = 1200;

export function Scrubber({ layout, months, scroller, onGoTo }: Props) {
  const messages = useMessages();
  const { ref: trackRef, height } = useElementSize<HTMLDivElement>();
  const handle = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  /** A month that was gone to, which may be too near the end to come to the top. */
  const chosen = useRef({ at: 0, top: -1 });
  const [hover, setHover] = useState<{ y: number; at: number } | null>(null);
  const [drags, setDrags] = useState(false);
  const [scrolls, setScrolls] = useState(false);
  const screen = scroller.current?.clientHeight ?? 0;
  const way = scrollable(layout, screen);
  const marks = useMemo(() => (height > 0 ? marksOf(layout, months, screen, labelRoom / height) : []), [layout, months, screen, height]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const place = (): void => {
      const share = way === 0 ? 0 : Math.min(1, element.scrollTop / way);
      // Sixty times a second: not through React.
      if (handle.current) handle.current.style.transform = `translateY(${share * height}px)`;
      const { at: wanted, top } = chosen.current;
      setAt(element.scrollTop === top ? wanted : monthSeen(layout, months, element.scrollTop, screen));
    };
    const onScroll = (): void => {
      place();
      setScrolls(true);
      clearTimeout(timer);
      timer = setTimeout(() => setScrolls(false), lingers);
    };
    place();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, layout, months, way, height, screen]);

  const heightAt = (event: PointerEvent<HTMLElement>): number => {
    const { top } = event.currentTarget.getBoundingClientRect();
    return Math.min(height, Math.max(0, event.clientY - top));
  };
  const scrollTo = (event: PointerEvent<HTMLElement>): void => {
    if (scroller.current) scroller.current.scrollTop = height === 0 ? 0 : (heightAt(event) / height) * way;
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const y = heightAt(event);
    setHover({ y, at: monthSeen(layout, months, height === 0 ? 0 : (y / height) * way, screen) });
    if (drags) scrollTo(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const key = keyPressed(event, 'timeline');
    if (key === null) return;
    event.preventDefault();
    const back = event.key === 'ArrowUp' || event.key === 'ArrowLeft' || event.key === 'PageUp';
    const to =
      key === 'ends'
        ? event.key === 'Home'
          ? 0
          : months.length - 1
        : key === 'year'
          ? yearFrom(months, at, back ? -1 : 1)
          : Math.min(months.length - 1, Math.max(0, at + (back ? -1 : 1)));
    onGoTo(months[to]?.first ?? 0);
    chosen.current = { at: to, top: scroller.current?.scrollTop ?? 0 };
    setAt(to);
  };

  const name = (index: number): string => (months[index] ? messages.month(months[index].month) : '');
  const said = drags ? at : (hover?.at ?? at);
  return (
    <div className={styles.scrubber} data-active={drags || scrolls || undefined}>
      <div
        ref={trackRef}
        role="slider"
        tabIndex={0}
        className={styles.track}
        aria-label={messages.timeline.scrubber}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, months.length - 1)}
        aria-valuenow={at}
        aria-valuetext={name(at)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrags(true);
          onPointerMove(event);
          scrollTo(event);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => setDrags(false)}
        onPointerCancel={() => setDrags(false)}
        onPointerLeave={() => setHover(null)}
      >
        {marks.map(({ share, year, isLabelled }) => (
          <span
            key={`${year}-${share}`}
            className={isLabelled ? styles.year : styles.dot}
            style={{ top: share * height }}
            data-year={(isLabelled && year) || undefined}
            aria-hidden
          >
            {isLabelled && year}
          </span>
        ))}
        <div ref={handle} className={styles.handle} aria-hidden>
          <span className={styles.thumb} data-thumb />
          {(drags || (scrolls && !hover)) && <span className={styles.label}>{name(at)}</span>}
        </div>
        {hover && !drags && (
          <div className={styles.hover} style={{ transform: `translateY(${hover.y}px)` }} aria-hidden>
            <span className={styles.thumb} />
            <span className={styles.label}>{name(said)}</span>
          </div>
        )}
      </div>
    </div>
  );
}
