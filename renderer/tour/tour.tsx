/**
 * @file The first-run tour: three cards, each beside what it speaks of. The page stays usable meanwhile.
 *
 * A card looks for its target on the page, and follows it when the page moves. Where there is no room beside it, the card stands at the
 * foot of the page.
 */
import { Button } from '@mantine/core';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { keyPressed } from '../app/keys.ts';
import { useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import { focusFirstTile } from '../wall/focus.ts';
import { besideOf, type Spot } from './placement.ts';
import styles from './tour.module.css';
import { endTour, isTourSeen, moveTour, startTour, type TourStep, tourSteps, useTour } from './tour-state.ts';

/** The first that is on the page and has room beside it. An empty library has its buttons in the middle, any other its page in the rail. */
const targets: Record<TourStep, readonly string[]> = {
  folders: ['[data-tour="folders"]', '[data-page="library"]'],
  ask: ['search'],
  edit: ['search'],
};

export function Tour() {
  const step = useTour((state) => state.step);
  const [path] = useLocation();
  const isKnown = useStatus() !== undefined;

  useEffect(() => {
    if (isKnown && path === '/' && !isTourSeen() && useTour.getState().step === null) startTour();
  }, [isKnown, path]);

  // Its last button has gone with it: on to what it began with, the folders or the pictures.
  const isShown = step !== null && path === '/';
  const wasShown = useRef(isShown);
  useLayoutEffect(() => {
    if (wasShown.current && !isShown && document.activeElement === document.body) focusFirst();
    wasShown.current = isShown;
  }, [isShown]);

  return isShown ? <Card key={step} step={step} /> : null;
}

function focusFirst(): void {
  const adding = document.querySelector<HTMLElement>(`${targets.folders[0]} button`);
  if (adding) adding.focus();
  else focusFirstTile();
}

function Card({ step }: { step: TourStep }) {
  const { tour } = useMessages();
  const titleId = useId();
  const textId = useId();
  const cardRef = useRef<HTMLElement>(null);
  const spot = useSpot(step, cardRef);
  const hasItems = (useStatus()?.items ?? 0) > 0;
  const hadItems = useRef(hasItems);
  const at = tourSteps.indexOf(step);
  const { title, text } = tour.steps[step];

  // Pictures have come: what this step asks for is done.
  useEffect(() => {
    if (step === 'folders' && hasItems && !hadItems.current) moveTour(1);
  }, [step, hasItems]);

  // The next card is another element: the focus goes with the tour, unless somebody has gone on to something else.
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    if (activeElement === body || activeElement === null) cardRef.current?.querySelector<HTMLElement>('[data-next]')?.focus();
  }, []);

  return (
    <section
      ref={cardRef}
      className={styles.card}
      style={spot ? { left: spot.left, top: spot.top } : undefined}
      data-foot={spot === null || undefined}
      aria-label={tour.label}
      onKeyDown={(event) => {
        if (keyPressed(event, 'tour') === 'skip') endTour();
      }}
    >
      <p className={styles.position}>{tour.position(at + 1, tourSteps.length)}</p>
      <h2 id={titleId} className={styles.title}>
        {title}
      </h2>
      <p id={textId}>{text}</p>
      <div className={styles.buttons}>
        {at + 1 < tourSteps.length && (
          <Button variant="subtle" className={styles.skip ?? ''} onClick={endTour}>
            {tour.skip}
          </Button>
        )}
        {at > 0 && <Button onClick={() => moveTour(-1)}>{tour.back}</Button>}
        <Button variant="filled" data-next aria-describedby={`${titleId} ${textId}`} onClick={() => moveTour(1)}>
          {at + 1 < tourSteps.length ? tour.next : tour.done}
        </Button>
      </div>
    </section>
  );
}

/** Beside the target, also after the page has moved; null = at the foot of the page. */
function useSpot(step: TourStep, cardRef: { readonly current: HTMLElement | null }): Spot | null {
  const [spot, setSpot] = useState<Spot | null>(null);
  useLayoutEffect(() => {
    let watched: Element | null = null;
    const place = (): void => {
      const card = cardRef.current?.getBoundingClientRect();
      const found = card ? spotOf(targets[step], card) : null;
      setSpot((before) => (before?.left === found?.left && before?.top === found?.top ? before : found));
      // What stands above may grow or shrink and move the target: what holds it changes its size then.
      const target = document.querySelector(targets[step][0] ?? 'body');
      if (target === watched) return;
      watched = target;
      for (let around = target; around; around = around.parentElement) sizes.observe(around);
    };
    const sizes = new ResizeObserver(place);
    place();
    // Banners come and go, chips wrap, an empty page fills: all of it changes elements.
    const changes = new MutationObserver(place);
    changes.observe(document.body, { childList: true, subtree: true });
    sizes.observe(document.body);
    if (cardRef.current) sizes.observe(cardRef.current);
    return () => {
      changes.disconnect();
      sizes.disconnect();
    };
  }, [step, cardRef]);
  return spot;
}

function spotOf(names: readonly string[], card: DOMRect): Spot | null {
  for (const name of names) {
    const target = document.querySelector(name)?.getBoundingClientRect();
    const spot = target && target.width > 0 ? besideOf(target, card, { width: innerWidth, height: footOf(target) }) : null;
    if (spot) return spot;
  }
  return null;
}

/** The bar of pages at the foot of a phone's window stays in sight, unless the card speaks of it. */
function footOf(target: DOMRect): number {
  const bar = document.querySelector('[data-page]')?.closest('nav')?.getBoundingClientRect();
  return bar && bar.top > innerHeight / 2 && target.bottom <= bar.top ? bar.top : innerHeight;
}
