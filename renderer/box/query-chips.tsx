/** @file What stands in the box before the words: the picture, its edit, the facts. */
import {
  IconAlbum,
  IconAspectRatio,
  IconCalendar,
  IconCamera,
  IconDimensions,
  IconFileTypeJpg,
  IconFolder,
  IconMapPin,
  IconRosette,
  IconStar,
  IconUsers,
} from '@tabler/icons-react';
import { useMessages } from '../messages/messages.ts';
import { factLabel } from '../query/filter-labels.ts';
import { type QueryState, withCrop, withoutEdit, withoutFact, withoutPicture } from '../query/query-state.ts';
import { Chip } from './chip.tsx';
import { type FactKind, factKind } from './fact-kind.ts';
import { PictureChip } from './picture-chip.tsx';
import styles from './search-box.module.css';

type Props = { query: QueryState; onStep(change: (query: QueryState) => QueryState): void };

const icons: Record<FactKind, typeof IconStar> = {
  date: IconCalendar,
  type: IconFileTypeJpg,
  folder: IconFolder,
  camera: IconCamera,
  size: IconDimensions,
  shape: IconAspectRatio,
  people: IconUsers,
  rating: IconRosette,
  place: IconMapPin,
  starred: IconStar,
  collection: IconAlbum,
};

export function QueryChips({ query, onStep }: Props) {
  const { box, filters } = useMessages();
  return (
    <ul className={styles.chips} aria-label={box.query}>
      {query.picture && (
        <PictureChip
          picture={query.picture}
          onCrop={(crop) => onStep((state) => withCrop(state, crop))}
          onRemove={() => onStep(withoutPicture)}
        />
      )}
      {query.edit && (
        <Chip
          kind={box.edit}
          label={box.editChip(query.edit)}
          removeLabel={box.removeEdit(query.edit)}
          onRemove={() => onStep(withoutEdit)}
        >
          <span dir="auto">{query.edit}</span>
        </Chip>
      )}
      {query.facts.map((fact, at) => {
        const label = factLabel(fact, filters);
        const kind = factKind(fact.filters);
        const Icon = kind && icons[kind];
        return (
          <Chip
            key={label}
            label={box.factChip(label)}
            removeLabel={box.removeFact(label)}
            onRemove={() => onStep((state) => withoutFact(state, at))}
          >
            {Icon && <Icon size={15} stroke={1.75} className={styles.factIcon} aria-hidden />}
            <span dir="auto">{label}</span>
          </Chip>
        );
      })}
    </ul>
  );
}
