/** @file How much of the picture and how much of the edit, and by which way they become one question. */
import { Slider, Tooltip } from '@mantine/core';
import { type KeyboardEvent, useId } from 'react';
import { useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import { balanced, strengthStep, withComposition, withStrength } from '../query/query-state.ts';
import { place, usePlace } from '../query/use-place.ts';
import styles from './mix-controls.module.css';

export function MixControls() {
  const { mix } = useMessages();
  return (
    <fieldset className={styles.controls} aria-label={mix.label}>
      <Strength />
      <Ways />
    </fieldset>
  );
}

const setStrength = (strength: number): void => place.adjust('strength', (query) => withStrength(query, strength));

function Strength() {
  const { mix } = useMessages();
  const strength = usePlace((state) => state.query.strength);

  // Before Mantine sees it, to whom Home is the left end.
  const onKeyDownCapture = (event: KeyboardEvent): void => {
    if (event.key !== 'Home') return;
    event.preventDefault();
    event.stopPropagation();
    setStrength(balanced);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what the slider in it hears, before the slider does
    <div
      className={styles.mix}
      title={mix.reset}
      onKeyDownCapture={onKeyDownCapture}
      onPointerDownCapture={() => place.settle()}
      onFocus={() => place.settle()}
      // Mantine moves the thumb under the pointer in the next frame: the middle comes after that.
      onDoubleClick={() => requestAnimationFrame(() => setStrength(balanced))}
    >
      <span aria-hidden>{mix.picture}</span>
      <Slider
        className={styles.slider}
        classNames={{
          trackContainer: styles.hold ?? '',
          track: styles.track ?? '',
          mark: styles.mark ?? '',
          thumb: styles.thumb ?? '',
          label: styles.value ?? '',
        }}
        size={4}
        thumbSize={16}
        min={0}
        max={1}
        step={strengthStep}
        startPointValue={balanced}
        marks={[{ value: balanced }]}
        value={strength}
        label={mix.value}
        thumbLabel={mix.slider}
        thumbValueText={mix.value}
        onChange={setStrength}
      />
      <span aria-hidden>{mix.edit}</span>
    </div>
  );
}

const ways = ['learned', 'arithmetic'] as const;

function Ways() {
  const { mix } = useMessages();
  const wanted = usePlace((state) => state.query.composition);
  const engine = useStatus()?.engine;
  const reason = useId();
  if (!engine) return null;
  const own = engine.composition;
  const canLearned = own === 'learned';
  const chosen = canLearned ? (wanted ?? own) : 'arithmetic';
  return (
    <fieldset className={styles.ways} aria-label={mix.way}>
      {ways.map((way) => {
        const isPossible = way === 'arithmetic' || canLearned;
        return (
          <Tooltip key={way} label={isPossible ? mix.hints[way] : mix.notLearned(engine.name)} multiline maw={280}>
            <button
              type="button"
              className={styles.way}
              aria-pressed={chosen === way}
              aria-disabled={!isPossible}
              aria-describedby={isPossible ? undefined : reason}
              // The engine's own way is the address without one.
              onClick={() => isPossible && place.step((query) => withComposition(query, way === own ? null : way))}
            >
              {mix.ways[way]}
            </button>
          </Tooltip>
        );
      })}
      {!canLearned && (
        <span id={reason} hidden>
          {mix.notLearned(engine.name)}
        </span>
      )}
    </fieldset>
  );
}
